/**
 * Tells that there is something to do for a device. A product pushes by APNs when it hears this (`POST /api/push` of the whitelabel server); here
 * only simulated devices listen.
 */
import { Context, Effect, Layer, PubSub, Stream } from "effect"

/**
 * - `wake`: a device by its UDID.
 * - `stream`: the UDIDs, from now on.
 *
 * @category services
 */
export class Wake extends Context.Service<
  Wake,
  { readonly wake: (udid: string) => Effect.Effect<void>; readonly stream: Stream.Stream<string> }
>()("@espalier/example-in-memory/Wake") {
  static readonly layer = Layer.effect(
    Wake,
    Effect.map(PubSub.sliding<string>(1024), (woken) => ({
      wake: (udid) => Effect.asVoid(PubSub.publish(woken, udid)),
      stream: Stream.fromPubSub(woken),
    })),
  )
}
