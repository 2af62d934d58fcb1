/**
 * Says which device has something to do. A product sends an APNs push then (`POST /api/push` of the whitelabel server); simulated devices subscribe
 * to `stream`.
 */
import { Context, Effect, Layer, PubSub, Stream } from "effect"

/**
 * - `wake`: a device by its UDID has something to do.
 * - `stream`: the UDIDs from now on.
 *
 * @category services
 * @since 0.1.0
 */
export class Wake extends Context.Service<
  Wake,
  { readonly wake: (udid: string) => Effect.Effect<void>; readonly stream: Stream.Stream<string> }
>()("@espalier/devices/Wake") {
  /** Within this process. A slow subscriber misses the oldest of more than 1024 UDIDs. */
  static readonly layerMemory: Layer.Layer<Wake> = Layer.effect(
    Wake,
    Effect.map(PubSub.sliding<string>(1024), (woken) => ({
      wake: (udid) => Effect.asVoid(PubSub.publish(woken, udid)),
      stream: Stream.fromPubSub(woken),
    })),
  )
}
