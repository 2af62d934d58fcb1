/**
 * A worker as a process of its own, to be killed: the database's URL in `DATABASE_URL`.
 */
import { Database } from "@espalier/sql"
import { Effect, Layer, Redacted } from "effect"
import { NotificationsLayer } from "../src/index.ts"

const everything = NotificationsLayer.layer({
  addresses: { allow: ["127.0.0.0/8"], allowHttp: true },
  worker: {
    concurrency: 20,
    ratePerSecond: 10_000,
    lease: "2 seconds",
    timeout: "1 second",
    pollInterval: "50 millis",
    waits: [0, ...Array.from({ length: 30 }, () => 50)],
  },
}).pipe(Layer.provide(Database.layer({ url: Redacted.make(process.env["DATABASE_URL"] ?? "") })))

Effect.runFork(Layer.launch(everything))
