/**
 * The status of a delivery; test events have a badge of their own.
 */
import { Badge, type MantineColor } from "@mantine/core"
import type { DeliveryStatus } from "./DeliveryStatus.ts"

const colors: Readonly<Record<DeliveryStatus["label"], MantineColor>> = {
  Delivered: "teal",
  Retrying: "yellow",
  Waiting: "gray",
  Failed: "red",
}

interface DeliveryStatusBadgeProps {
  readonly status: DeliveryStatus
  readonly test: boolean
}

export const DeliveryStatusBadge = ({ status: { label }, test }: DeliveryStatusBadgeProps) => (
  <>
    <Badge color={colors[label]} variant="light" tt="none" className="delivery-state">
      {label}
    </Badge>
    {test ? (
      <Badge color="gray" variant="outline" tt="none" className="delivery-test" title="A test event">
        Test
      </Badge>
    ) : null}
  </>
)
