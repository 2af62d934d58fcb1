/**
 * The exchanges of one connection, in their order.
 */
import { Anchor } from "@mantine/core"
import { Link } from "wouter"
import { Facts } from "../components/Facts.tsx"
import { absoluteTime } from "../components/Time.ts"
import { devicesPath } from "../layout/Paths.ts"
import { ExchangeDetail } from "./ExchangeDetail.tsx"
import { type ExchangeGroup, keyOf } from "./ExchangeGroups.ts"

interface ExchangeGroupPanelProps {
  readonly workspace: string
  readonly group: ExchangeGroup
  /** The id of the exchange to show open. */
  readonly selected: string
  readonly device: string | undefined
  readonly serverOrigin: string
  readonly hrefOf: (exchange: string) => string
}

export const ExchangeGroupPanel = ({
  workspace,
  group,
  selected,
  device,
  serverOrigin,
  hrefOf,
}: ExchangeGroupPanelProps) => {
  const { udid, userId, userShortName, at } = group.first
  return (
    <>
      <div className="exchange-facts">
        <Facts
          facts={[
            ["Time", absoluteTime(at)],
            [
              "Device",
              udid === undefined ? undefined : (
                <Anchor key="device" component={Link} href={devicesPath(workspace, udid)}>
                  {device ?? udid}
                </Anchor>
              ),
            ],
            ["UDID", udid],
            ["User", userShortName ?? userId],
          ]}
        />
      </div>
      {group.summaries.map((summary) => (
        <ExchangeDetail
          key={keyOf(summary.exchange)}
          summary={summary}
          opened={summary.exchange.id === selected}
          href={hrefOf(summary.exchange.id)}
          serverOrigin={serverOrigin}
        />
      ))}
    </>
  )
}
