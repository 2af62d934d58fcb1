/**
 * The events that an integration subscribes to.
 */
import { Badge, Group } from "@mantine/core"
import { eventLabel } from "./EventNames.ts"

export const EventBadges = ({ events }: { readonly events: ReadonlyArray<string> }) => (
  <Group gap={6} component="ul" className="event-badges">
    {events.map((event) => (
      <li key={event}>
        <Badge variant="light" color="gray" tt="none" fw={500} title={event}>
          {eventLabel(event)}
        </Badge>
      </li>
    ))}
  </Group>
)
