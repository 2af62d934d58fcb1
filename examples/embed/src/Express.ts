/**
 * In an Express application: a listener beside its routes, before anything that reads the body.
 */
import { createServer } from "node:http"
import { toNodeListener } from "@espalier/handler/node"
import { Effect, Layer } from "effect"
import express from "express"
import { Backend } from "./Backend.ts"
import { Devices, makeDevices } from "./Devices.ts"
import { listen, runMain, type Start } from "./Running.ts"

export const start: Start = async (port) => {
  const devices = makeDevices()
  const backend = Backend.pipe(Layer.provide(Layer.succeed(Devices, devices)))
  const webhooks = await Effect.runPromise(toNodeListener(backend))

  const app = express()
  // `all`, not `use`, which would remove the prefix from the path.
  app.all("/webhook/apple/*webhook", webhooks.listener)
  // After the webhooks: their signature covers the raw body.
  app.use(express.json())
  app.get("/devices", (_, response) => {
    response.json(devices.list())
  })
  app.post("/echo", (request, response) => {
    response.json(request.body)
  })

  return listen(createServer(app), port, () => Effect.runPromise(webhooks.dispose))
}

await runMain(import.meta.filename, start)
