import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { NotFound, Problem } from "../src/index.ts"

const app = (options: Partial<NotFound.Options> = {}) =>
  HttpRouter.toWebHandler(
    Layer.mergeAll(
      HttpRouter.add("GET", "/api/devices/:udid", HttpServerResponse.text("a device")),
      HttpRouter.add("DELETE", "/api/devices/:udid", HttpServerResponse.empty()),
      HttpRouter.add("POST", "/api/push.now", HttpServerResponse.empty()),
      HttpRouter.add("GET", "/other", HttpServerResponse.text("other")),
      NotFound.layer({
        endpoints: [
          { method: "GET", path: "/api/devices/:udid" },
          { method: "HEAD", path: "/api/devices/:udid" },
          { method: "DELETE", path: "/api/devices/:udid" },
          { method: "POST", path: "/api/push.now" },
        ],
        ...options,
      }),
    ),
    { disableLogger: true },
  )

const ask = async (method: string, path: string, options?: Partial<NotFound.Options>) => {
  const { handler, dispose } = app(options)
  const response = await handler(new Request(`http://localhost${path}`, { method }))
  const body = await response.text()
  await dispose()
  return { response, body }
}

describe("the fallback", () => {
  it.each([
    ["GET", "/api/devices/1", 200],
    ["HEAD", "/api/devices/1", 200],
    ["DELETE", "/api/devices/1", 204],
    ["GET", "/other", 200],
  ])("leaves %s %s to its route", async (method, path, status) => {
    expect((await ask(method, path)).response.status).toBe(status)
  })

  it.each([
    ["PUT", "/api/devices/1", "GET, HEAD, DELETE"],
    ["PUT", "/api/devices/1?a=b", "GET, HEAD, DELETE"],
    ["GET", "/api/push.now", "POST"],
  ])("responds to %s %s with 405 and Allow: %s", async (method, path, allow) => {
    const { response, body } = await ask(method, path)
    expect(response.status).toBe(405)
    expect(response.headers.get("allow")).toBe(allow)
    expect(response.headers.get("content-type")).toBe("application/problem+json")
    expect(JSON.parse(body)).toEqual({
      type: "about:blank",
      title: "Method Not Allowed",
      status: 405,
      detail: `Use ${allow}`,
    })
  })

  it.each([
    ["GET", "/api/devices"],
    ["GET", "/api/devices/1/2"],
    ["POST", "/api/pushXnow"],
    ["GET", "/nowhere"],
  ])("responds to %s %s with 404", async (method, path) => {
    const { response, body } = await ask(method, path)
    expect(response.status).toBe(404)
    expect(JSON.parse(body)).toMatchObject({ title: "Not Found", status: 404 })
  })

  it("responds with 400 to a path that the router cannot decode", async () => {
    expect((await ask("GET", "/api/devices/%ff")).response.status).toBe(400)
  })

  it("leaves paths outside of its prefixes to the app", async () => {
    const prefixes = ["/api"]
    expect((await ask("GET", "/api", { prefixes })).body).toContain("Nothing is served here")
    expect((await ask("GET", "/api/nowhere", { prefixes })).body).toContain("Nothing is served here")
    for (const path of ["/apiary", "/nowhere"]) {
      const { response, body } = await ask("GET", path, { prefixes })
      expect([response.status, body]).toEqual([404, ""])
    }
  })

  it("responds as its options say", async () => {
    const { response, body } = await ask("PUT", "/api/push.now", {
      respond: (problem) => Effect.succeed(HttpServerResponse.setHeader(Problem.toResponse(problem), "x-counted", "1")),
    })
    expect(response.headers.get("x-counted")).toBe("1")
    expect(JSON.parse(body)).toMatchObject({ status: 405 })
  })
})
