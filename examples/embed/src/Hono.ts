/**
 * In a Hono application: the fetch handler behind one route, on whatever runtime Hono runs. Here that is Node.
 */
import { createServer } from "node:http"
import { Webhooks } from "@espalier/handler"
import { getRequestListener } from "@hono/node-server"
import { Layer } from "effect"
import { Hono } from "hono"
import { Backend } from "./Backend.ts"
import { Devices, makeDevices } from "./Devices.ts"
import { listen, runMain, type Start } from "./Running.ts"

export const start: Start = (port) => {
  const devices = makeDevices()
  const { handler, dispose } = Webhooks.toFetchHandler(Backend.pipe(Layer.provide(Layer.succeed(Devices, devices))))

  const app = new Hono()
  app.get("/devices", (context) => context.json(devices.list()))
  app.all("/webhook/apple/*", (context) => handler(context.req.raw))

  return listen(createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false })), port, dispose)
}

await runMain(import.meta.filename, start)
