/**
 * `@espalier/handler` behind `toNodeListener`, with its defaults. With `WEBHOOK_SECRET` it verifies signatures.
 */
import { createServer } from "node:http"
import { Handler, WebhookVerifier } from "@espalier/handler"
import { toNodeListener } from "@espalier/handler/node"
import { Effect, Layer } from "effect"
import { decide } from "../Job.ts"
import { announce } from "./Announce.ts"

const secret = process.env["WEBHOOK_SECRET"]

const backend = Handler.layer({
  event: {
    Authenticate: Handler.notSupported,
    TokenUpdate: Handler.notSupported,
    CheckOut: Handler.notSupported,
    CommandResult: Handler.notSupported,
    DeclarationStatus: Handler.notSupported,
    IdentityExpiring: Handler.notSupported,
  },
  checkin: ({ scope }) => Effect.sync(() => decide(scope)),
  asset: Handler.notSupported,
  ...Handler.declarativeManagementNotSupported,
  ...Handler.optionalNotSupported,
})

const verifier = secret === undefined ? WebhookVerifier.layerUnsigned : WebhookVerifier.layer({ secrets: [secret] })

const { listener } = await Effect.runPromise(toNodeListener(Layer.merge(backend, verifier)))
announce(createServer(listener))
