/**
 * A worker as a process of its own, to be killed: the database's URL in `DATABASE_URL`. Says over its channel when it delivers, and ends with
 * whoever started it.
 */
import { flushCompileCache } from "node:module"
import { Database } from "@espalier/sql"
import * as Sealing from "@espalier/testing/Sealing"
import { Effect, Layer, Redacted } from "effect"
import { Notifications } from "../src/Notifications.ts"

const everything = Notifications.layer({
  addresses: { allow: ["127.0.0.0/8"], allowHttp: true },
  worker: {
    concurrency: 20,
    ratePerSecond: 10_000,
    lease: "4 seconds",
    timeout: "500 millis",
    pollInterval: "50 millis",
    retryDelays: [0, ...Array.from({ length: 30 }, () => 50)],
  },
}).pipe(
  Layer.provide(Sealing.layer),
  Layer.provide(Database.layer({ url: Redacted.make(process.env["DATABASE_URL"] ?? "") })),
)

const started = Layer.effectDiscard(
  Effect.sync(() => {
    // What is killed writes nothing at its end.
    flushCompileCache()
    process.send?.("started")
  }),
)

process.once("disconnect", () => process.exit())
Effect.runFork(Layer.launch(Layer.provide(started, everything)))
