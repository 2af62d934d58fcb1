/**
 * The definitions that an HTTP API with API keys is made of, without a server: for clients in Node and in browsers.
 */
export * from "./Authorization.ts"
export { DatabaseUnavailable } from "./DatabaseUnavailable.ts"
export { strict, UnknownMember } from "./RequestProblems.ts"
export { SessionGroup } from "./SessionApi.ts"
export { PathSegment, Workspace } from "./Workspace.ts"
