import { STATUS_CODES } from "node:http"
import { expect, it } from "@effect/vitest"
import { HttpServerResponse } from "effect/http"
import { Problem } from "../src/index.ts"

it("is problem+json with the phrase of its status as title", async () => {
  const response = HttpServerResponse.toWeb(
    Problem.toResponse(
      new Problem.Problem({ status: 401, detail: "Send a key", headers: { "www-authenticate": "Bearer" } }),
    ),
  )
  expect(response.status).toBe(401)
  expect(response.headers.get("content-type")).toBe("application/problem+json")
  expect(response.headers.get("www-authenticate")).toBe("Bearer")
  expect(await response.json()).toEqual({
    type: "about:blank",
    title: "Unauthorized",
    status: 401,
    detail: "Send a key",
  })
})

it("needs no detail", async () => {
  const response = HttpServerResponse.toWeb(Problem.toResponse(new Problem.Problem({ status: 503 })))
  expect(await response.json()).toEqual({ type: "about:blank", title: "Service Unavailable", status: 503 })
})

/** Node still has the names of RFC 7231 and RFC 4918. */
const renamed = new Map([
  ["Payload Too Large", "Content Too Large"],
  ["Unprocessable Entity", "Unprocessable Content"],
])

it.each(Problem.Status.literals)("the title of %d is that of its status", (status) => {
  const phrase = STATUS_CODES[status] ?? ""
  expect(Problem.title(status)).toBe(renamed.get(phrase) ?? phrase)
})
