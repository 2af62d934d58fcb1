/**
 * API keys, browser sessions and authorization for HTTP APIs: the services and the layers that run them on a server.
 */
export { MigrationError } from "@espalier/sql"
export * from "./Api.ts"
export { ApiKey, ApiKeys } from "./ApiKeys.ts"
export * as ApiKeysTable from "./ApiKeysTable.ts"
export * as AuthorizationHttp from "./AuthorizationHttp.ts"
export * as Cors from "./Cors.ts"
export { orDatabaseUnavailable } from "./DatabaseUnavailable.ts"
export * as RequestLimits from "./RequestLimits.ts"
export * as RequestProblems from "./RequestProblems.ts"
export * as SameOrigin from "./SameOrigin.ts"
export * as SessionHttp from "./SessionHttp.ts"
