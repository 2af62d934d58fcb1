/**
 * One `SqlClient` by URL, a SQLite file or PostgreSQL, and its migrations.
 */
export * as Database from "./Database.ts"
export { DatabaseError, DatabaseErrorReason } from "./DatabaseError.ts"
export * as DatabaseUrl from "./DatabaseUrl.ts"
export * as Migrations from "./Migrations.ts"
export { MigrationError } from "./Migrations.ts"
export * as Sealing from "./Sealing.ts"
export * as SealingKeyFile from "./SealingKeyFile.ts"
export * as SqlErrorKind from "./SqlErrorKind.ts"
export { StatementDeadline } from "./StatementDeadline.ts"
