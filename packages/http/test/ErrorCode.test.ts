import { createServer } from "node:net"
import { expect, it } from "@effect/vitest"
import { ErrorCode } from "../src/index.ts"

const coded = (code: unknown) => Object.assign(new Error("connect http://user:password@host/"), { code })

const circle = new Error("a")
circle.cause = circle

it.each<[string, unknown, string]>([
  ["a code", coded("ECONNREFUSED"), "ECONNREFUSED"],
  ["a code on what is no Error", { code: "EPIPE" }, "EPIPE"],
  ["the first of several errors", new AggregateError([coded("ENETUNREACH"), coded("ECONNREFUSED")]), "ENETUNREACH"],
  ["no errors", new AggregateError([]), "AggregateError"],
  ["the code of a cause", new TypeError("fetch failed", { cause: coded("UND_ERR_SOCKET") }), "UND_ERR_SOCKET"],
  ["a number as code", coded(42), "Error"],
  ["a cause without a code", new TypeError("fetch failed", { cause: "reset" }), "TypeError"],
  ["a cause that causes itself", circle, "Error"],
  ["a text", "ECONNREFUSED", "unknown"],
  ["nothing", undefined, "unknown"],
])("%s: the code", (_, error, code) => expect(ErrorCode.of(error)).toBe(code))

it("reads what fetch throws when nothing listens", async () => {
  const server = createServer().listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  const port = typeof address === "object" ? address?.port : undefined
  const error = await fetch(`http://127.0.0.1:${port}/`).catch((error: unknown) => error)
  expect(ErrorCode.of(error)).toBe("ECONNREFUSED")
})
