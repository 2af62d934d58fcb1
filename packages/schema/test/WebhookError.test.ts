/**
 * Errors on the wire: `{"_tag", "message"?}` and the status of each tag.
 */
import { describe, expect, it } from "@effect/vitest"
import { Result, Schema, SchemaAST } from "effect"
import {
  InternalServerError,
  ManagementApi,
  ManagementNotSupported,
  RequestError,
  ServerInitiatedUnenrollment,
  UnknownDevice,
  WebhookError,
} from "../src/index.ts"

const statuses: ReadonlyArray<readonly [tag: string, status: number]> = [
  ["ManagementNotSupported", 501],
  ["UnknownDevice", 404],
  ["ServerInitiatedUnenrollment", 410],
  ["InternalServerError", 500],
  ["InvalidRequest", 400],
  ["InvalidSignature", 401],
  ["UnknownWebhook", 404],
  ["MethodNotAllowed", 405],
  ["RequestTimeout", 408],
  ["PayloadTooLarge", 413],
  ["UnsupportedMediaType", 415],
]

const All = Schema.Union([...WebhookError.members, ...RequestError.members])

describe("status by tag", () => {
  it("is complete", () => {
    expect(Object.keys({ ...WebhookError.cases, ...RequestError.cases })).toEqual(statuses.map(([tag]) => tag))
  })

  it.each(statuses)("%s: %d", (tag, status) => {
    const member = All.members.find((candidate) => candidate.identifier === tag)
    expect(member === undefined ? undefined : SchemaAST.resolve(member.ast)?.["httpApiStatus"]).toBe(status)
  })

  it.each(Object.keys(ManagementApi.groups.webhook.endpoints))("%s declares every error", async (name) => {
    const { OpenApi } = await import("effect/http-api")
    const operation = Object.values(OpenApi.fromApi(ManagementApi).paths)
      .map((path) => path.post)
      .find((candidate) => candidate?.operationId === name)
    const declared = Object.keys(operation?.responses ?? {}).map(Number)
    expect(declared.filter((status) => status >= 400)).toEqual(
      [...new Set(statuses.map(([, status]) => status))].sort((one, other) => one - other),
    )
  })
})

describe("on the wire", () => {
  it.each(statuses)("%s without a message has no message member", (tag) => {
    const decoded = Schema.decodeUnknownSync(All)({ _tag: tag })
    expect(decoded._tag).toBe(tag)
    expect(decoded.message).toBe("")
    expect(Schema.encodeSync(All)(decoded)).toStrictEqual({ _tag: tag })
  })

  it.each(statuses)("%s keeps its message", (tag) => {
    const json = { _tag: tag, message: "because" }
    expect(Schema.encodeSync(All)(Schema.decodeUnknownSync(All)(json))).toStrictEqual(json)
  })

  it("errors that are constructed in code", () => {
    const encode = Schema.encodeSync(All)
    expect(encode(new UnknownDevice({}))).toStrictEqual({ _tag: "UnknownDevice" })
    expect(encode(new ManagementNotSupported({ message: "no" }))).toStrictEqual({
      _tag: "ManagementNotSupported",
      message: "no",
    })
    expect(encode(new ServerInitiatedUnenrollment({ legacy: true, description: "lost" }))).toStrictEqual({
      _tag: "ServerInitiatedUnenrollment",
      legacy: true,
      description: "lost",
    })
    expect(encode(new InternalServerError({ message: "" }))).toStrictEqual({ _tag: "InternalServerError" })
  })

  it.each([
    [{ _tag: "Teapot" }],
    [{ message: "no tag" }],
    [null],
    ["UnknownDevice"],
    [{ _tag: "UnknownDevice", message: 5 }],
  ])("%j is not an error", (json) => {
    expect(Result.isFailure(Schema.decodeUnknownResult(All)(json))).toBe(true)
  })

  it("contain no stack and no cause", () => {
    const error = Object.assign(new InternalServerError({ message: "id" }), { cause: new Error("SECRET") })
    expect(JSON.stringify(Schema.encodeSync(All)(error))).toBe('{"_tag":"InternalServerError","message":"id"}')
  })
})
