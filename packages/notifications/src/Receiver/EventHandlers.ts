/**
 * The handlers of events: one function for each subscription name. A missing one does not compile, unless `otherwise` handles the rest.
 */
import type { NotificationEvent, NotificationEventOf, SubscriptionName } from "@espalier/schema"
import type { Received } from "./Verification.ts"

/**
 * What a handler receives beside its event: `id` and `timestamp` of {@link Received}.
 *
 * @category models
 * @since 0.1.0
 */
export type Info = Omit<Received, "event">

/**
 * @category models
 * @since 0.1.0
 */
export type EventHandler<Event, Out> = (event: Event, info: Info) => Out

/**
 * One handler for each event; `Outs` are their results by name.
 *
 * @category models
 * @since 0.1.0
 */
export type AllEventHandlers<Outs extends { readonly [Name in SubscriptionName]: unknown }> = {
  readonly [Name in SubscriptionName]: EventHandler<NotificationEventOf<Name>, Outs[Name]>
}

/**
 * All handlers, or some of them and `otherwise`.
 *
 * @category models
 * @since 0.1.0
 */
export type EventHandlers<Outs extends { readonly [Name in SubscriptionName | "otherwise"]: unknown }> =
  | (AllEventHandlers<Outs> & { readonly otherwise?: undefined })
  | (Partial<AllEventHandlers<Outs>> & { readonly otherwise: EventHandler<NotificationEvent, Outs["otherwise"]> })

/** `Out` for each of them. */
type Same<Out> = { readonly [Name in SubscriptionName | "otherwise"]: Out }

/**
 * {@link EventHandlers} with the same result.
 *
 * @category models
 * @since 0.1.0
 */
export type EventHandlersOf<Out> = EventHandlers<Same<Out>>

/**
 * Fills in `otherwise` where a handler is missing.
 *
 * @category conversions
 * @since 0.1.0
 */
export const complete = <Out>(handlers: EventHandlersOf<Out>): AllEventHandlers<Same<Out>> =>
  handlers.otherwise === undefined
    ? handlers
    : {
        enrollment_token_created: handlers.enrollment_token_created ?? handlers.otherwise,
        device_enrolled: handlers.device_enrolled ?? handlers.otherwise,
        device_added_mdm_user: handlers.device_added_mdm_user ?? handlers.otherwise,
        apple_push_certification_renovation: handlers.apple_push_certification_renovation ?? handlers.otherwise,
        inventory_item: handlers.inventory_item ?? handlers.otherwise,
      }

/**
 * Calls the handler of the event.
 *
 * @category conversions
 * @since 0.1.0
 */
export const dispatch = <Out>(handlers: AllEventHandlers<Same<Out>>, { event, ...info }: Received): Out => {
  switch (event.action) {
    case "emm_enrollment_token_created":
    case "win_enrollment_token_created":
    case "adm_enrollment_token_created":
      return handlers.enrollment_token_created(event, info)
    case "emm_device_enrolled":
    case "win_device_enrolled":
    case "adm_device_enrolled":
      return handlers.device_enrolled(event, info)
    case "emm_device_added_mdm_user":
    case "win_device_added_mdm_user":
    case "adm_device_added_mdm_user":
      return handlers.device_added_mdm_user(event, info)
    case "apple_push_certification_renovation":
      return handlers.apple_push_certification_renovation(event, info)
    case "A new InventoryItem is being registered":
      return handlers.inventory_item(event, info)
  }
}
