/**
 * The events that an integration subscribes to.
 */
import type { SubscriptionName } from "@espalier/schema"
import { Badge, Group } from "@mantine/core"
import { eventNames } from "./EventNames.ts"

export const EventBadges = ({ events }: { readonly events: ReadonlyArray<SubscriptionName> }) => (
  <Group gap={6} component="ul" className="event-badges">
    {events.map((event) => (
      <li key={event}>
        <Badge variant="light" color="gray" tt="none" fw={500} title={event}>
          {eventNames[event]}
        </Badge>
      </li>
    ))}
  </Group>
)
