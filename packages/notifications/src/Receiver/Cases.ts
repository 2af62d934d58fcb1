/**
 * What is done with each event: one function a subscription name. One that is forgotten does not compile, unless `otherwise` takes the rest.
 */
import type { NotificationEvent, NotificationEventOf, SubscriptionName } from "@espalier/schema"
import type { Received } from "./Verification.ts"

/**
 * What a case gets beside its event: `id` and `timestamp` of {@link Received}.
 *
 * @category models
 * @since 0.1.0
 */
export type Info = Omit<Received, "event">

/**
 * @category models
 * @since 0.1.0
 */
export type Case<Event, Out> = (event: Event, info: Info) => Out

/**
 * One function each, `Outs` by name.
 *
 * @category models
 * @since 0.1.0
 */
export type Cases<Outs extends { readonly [Name in SubscriptionName]: unknown }> = {
  readonly [Name in SubscriptionName]: Case<NotificationEventOf<Name>, Outs[Name]>
}

/**
 * All of {@link Cases}, or some of them and `otherwise`.
 *
 * @category models
 * @since 0.1.0
 */
export type On<Outs extends { readonly [Name in SubscriptionName | "otherwise"]: unknown }> =
  | (Cases<Outs> & { readonly otherwise?: undefined })
  | (Partial<Cases<Outs>> & { readonly otherwise: Case<NotificationEvent, Outs["otherwise"]> })

/** `Out` for each of them. */
type Same<Out> = { readonly [Name in SubscriptionName | "otherwise"]: Out }

/**
 * {@link On} where all give the same.
 *
 * @category models
 * @since 0.1.0
 */
export type OnSame<Out> = On<Same<Out>>

/**
 * Fills in `otherwise` where a case is missing.
 *
 * @category conversions
 * @since 0.1.0
 */
export const complete = <Out>(on: OnSame<Out>): Cases<Same<Out>> =>
  on.otherwise === undefined
    ? on
    : {
        enrollment_token_created: on.enrollment_token_created ?? on.otherwise,
        device_enrolled: on.device_enrolled ?? on.otherwise,
        device_added_mdm_user: on.device_added_mdm_user ?? on.otherwise,
        apple_push_certification_renovation: on.apple_push_certification_renovation ?? on.otherwise,
        inventory_item: on.inventory_item ?? on.otherwise,
      }

/**
 * Calls the case of the event.
 *
 * @category conversions
 * @since 0.1.0
 */
export const dispatch = <Out>(cases: Cases<Same<Out>>, { event, ...info }: Received): Out => {
  switch (event.action) {
    case "emm_enrollment_token_created":
    case "win_enrollment_token_created":
    case "adm_enrollment_token_created":
      return cases.enrollment_token_created(event, info)
    case "emm_device_enrolled":
    case "win_device_enrolled":
    case "adm_device_enrolled":
      return cases.device_enrolled(event, info)
    case "emm_device_added_mdm_user":
    case "win_device_added_mdm_user":
    case "adm_device_added_mdm_user":
      return cases.device_added_mdm_user(event, info)
    case "apple_push_certification_renovation":
      return cases.apple_push_certification_renovation(event, info)
    case "A new InventoryItem is being registered":
      return cases.inventory_item(event, info)
  }
}
