/**
 * In a runtime that takes `export default { fetch }`, such as Deno and Bun: no framework, one function from request to response.
 *
 * Node does not use such an export, so under Node the same function serves `node:http`.
 */
import { createServer } from "node:http"
import { Webhooks } from "@espalier/handler"
import { getRequestListener } from "@hono/node-server"
import { Layer } from "effect"
import { Backend } from "./Backend.ts"
import { Devices, makeDevices } from "./Devices.ts"
import { listen, runMain, type Start } from "./Running.ts"

const makeApp = () => {
  const devices = makeDevices()
  const { handler, dispose } = Webhooks.toFetchHandler(Backend.pipe(Layer.provide(Layer.succeed(Devices, devices))))
  const fetch = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url)
    if (pathname.startsWith("/webhook/apple/")) return handler(request)
    if (pathname === "/devices" && request.method === "GET") return Response.json(devices.list())
    return new Response("Not found", { status: 404 })
  }
  return { fetch, dispose }
}

const { fetch } = makeApp()

export default { fetch }

export const start: Start = (port) => {
  const app = makeApp()
  return listen(createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false })), port, app.dispose)
}

await runMain(import.meta.filename, start)
