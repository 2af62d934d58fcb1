/**
 * The session's key, a change of workspace where the key allows it, and signing out.
 */
import type { KeyHolder } from "@espalier/api-keys/api"
import { ActionIcon, Menu } from "@mantine/core"
import IconArrowsExchange from "@tabler/icons-react/dist/esm/icons/IconArrowsExchange.mjs"
import IconLogout from "@tabler/icons-react/dist/esm/icons/IconLogout.mjs"
import IconUser from "@tabler/icons-react/dist/esm/icons/IconUser.mjs"
import { Link } from "wouter"
import { useSignOut } from "../Session/Session.ts"

export const AccountMenu = ({ holder }: { readonly holder: KeyHolder }) => {
  const signOut = useSignOut()
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Session">
          <IconUser size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {holder.note === "" ? `Key ${holder.keyId}` : holder.note}
          {holder.workspace === null ? ", all workspaces" : `, workspace ${holder.workspace}`}
        </Menu.Label>
        {holder.workspace === null ? (
          <Menu.Item component={Link} href="/" leftSection={<IconArrowsExchange size={16} aria-hidden />}>
            Change workspace
          </Menu.Item>
        ) : null}
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => signOut.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
