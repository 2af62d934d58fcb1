/**
 * An item of the inventory was registered, changed or removed.
 *
 * The documentation's example has one `action` for all three, and its table has `A new InventoryItem {action}`. Any text after the first
 * three words is decoded; the text of the example is encoded. `subAction` is the kind of change.
 */
import { Schema, SchemaTransformation } from "effect"
import { NotificationOrganization } from "./Members.ts"

const action = "A new InventoryItem is being registered"

/**
 * Subscription `inventory_item`. `subAction` is `created`, `updated`, `deleted`, or a value that a later version adds.
 *
 * @category schemas
 * @since 0.1.0
 */
export const InventoryItem = Schema.Struct({
  action: Schema.TemplateLiteral(["A new InventoryItem ", Schema.String]).pipe(
    Schema.decodeTo(
      Schema.Literal(action),
      SchemaTransformation.transform<typeof action, `A new InventoryItem ${string}`>({
        decode: () => action,
        encode: () => action,
      }),
    ),
  ),
  subAction: Schema.String.annotate({
    description: "`created`, `updated`, `deleted`, or a value that a later version adds",
  }),
  organization: NotificationOrganization,
  inventoryItem: Schema.Struct({
    id: Schema.String,
    type: Schema.String,
    members: Schema.Struct({ type: Schema.String, memberId: Schema.String, email: Schema.String }),
    metadata: Schema.JsonObject,
  }),
}).annotate({
  identifier: "InventoryItem",
  description: "An item has been registered or updated in Inventory",
  examples: [
    {
      action,
      subAction: "created",
      organization: { id: "5d4d1391cd523c15f50df235", name: "Example", url: "https://dashboard.example.com/example" },
      inventoryItem: {
        id: "62bd71d980df8b001b085ceb",
        type: "monitor",
        members: { type: "mdmUser", memberId: "6241d3d804e388001b3c605c", email: "ada@example.com" },
        metadata: {},
      },
    },
  ],
})
/**
 * @category models
 * @since 0.1.0
 */
export type InventoryItem = typeof InventoryItem.Type
