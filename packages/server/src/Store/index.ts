/**
 * What the server remembers by itself, and where.
 */
export {
  type EnrollmentToken,
  type NewEnrollmentToken,
  Store,
  StoreError,
  StoreErrorReason,
} from "./Store.ts"
export * as StoreMemory from "./StoreMemory.ts"
export * as StoreSchema from "./StoreSchema.ts"
export * as StoreSql from "./StoreSql.ts"
