/**
 * What the server stores, in memory or in a database.
 */
export {
  type EnrollmentToken,
  type NewEnrollmentToken,
  type PinnedIdentity,
  Store,
  StoreError,
  StoreErrorReason,
} from "./Store.ts"
export * as StoreMemory from "./StoreMemory.ts"
export * as StoreMigrations from "./StoreMigrations.ts"
export * as StoreSql from "./StoreSql.ts"
