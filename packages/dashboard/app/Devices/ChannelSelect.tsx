/**
 * A choice of the device itself or one of its users.
 */

import type { User } from "@espalier/devices/api"
import { NativeSelect } from "@mantine/core"
import { userKeyOf, userNameOf } from "./Describe.ts"

export type UserChannel = Pick<User, "userId" | "userShortName">

interface ChannelSelectProps {
  readonly label: string
  readonly users: ReadonlyArray<User>
  readonly chosen: UserChannel | undefined
  readonly onChange: (chosen: UserChannel | undefined) => void
}

export const ChannelSelect = ({ label, users, chosen, onChange }: ChannelSelectProps) => (
  <NativeSelect
    label={label}
    value={chosen === undefined ? "" : userKeyOf(chosen)}
    onChange={(event) => {
      const user = users.find((one) => userKeyOf(one) === event.currentTarget.value)
      if (user === undefined) return onChange(undefined)
      const { userId, userShortName } = user
      onChange(userShortName === undefined ? { userId } : { userId, userShortName })
    }}
    data={[
      { value: "", label: "The device" },
      ...users.map((user) => ({ value: userKeyOf(user), label: userNameOf(user) })),
    ]}
  />
)
