/**
 * What every HTTP surface needs. Nothing here depends on Node.
 */
export * as ErrorCode from "./ErrorCode.ts"
export * as Json from "./Json.ts"
export * as NotFound from "./NotFound.ts"
export * as Problem from "./Problem.ts"
export * as RequestBody from "./RequestBody.ts"
export * as RequestLimits from "./RequestLimits.ts"
export * as ResponseBody from "./ResponseBody.ts"
export * as RetryAfter from "./RetryAfter.ts"
