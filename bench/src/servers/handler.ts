/**
 * `@espalier/handler` as anybody mounts it: `toNodeListener`, everything as it comes. With `WEBHOOK_SECRET` it checks signatures.
 */
import { createServer } from "node:http"
import {
  AssetHandler,
  CheckInHandler,
  DeclarationHandler,
  DeclarationItemsHandler,
  DeclarationTokensHandler,
  EventHandler,
  layerOptionalNotSupported,
  WebhookVerifier,
} from "@espalier/handler"
import { toNodeListener } from "@espalier/handler/node"
import { Effect, Layer } from "effect"
import { decide } from "../Job.ts"
import { announce } from "./Announce.ts"

const secret = process.env["WEBHOOK_SECRET"]

const backend = Layer.mergeAll(
  EventHandler.layerNotSupported,
  CheckInHandler.layer(({ scope }) => Effect.sync(() => decide(scope))),
  DeclarationTokensHandler.layerNotSupported,
  DeclarationItemsHandler.layerNotSupported,
  DeclarationHandler.layerNotSupported,
  AssetHandler.layerNotSupported,
  layerOptionalNotSupported,
  secret === undefined ? WebhookVerifier.layerUnsigned : WebhookVerifier.layer({ secrets: [secret] }),
)

const { listener } = await Effect.runPromise(toNodeListener(backend))
announce(createServer(listener))
