/**
 * Shows its children to a person who is signed in, otherwise the sign-in page. The address does not change, so signing in leads back.
 */
import type { KeyHolder } from "@espalier/api-keys/api"
import { Center, Loader } from "@mantine/core"
import type { ReactNode } from "react"
import { commonErrorMessage } from "../Api/CommonError.ts"
import { Failure } from "../components/Failure.tsx"
import { ConnectionBanner } from "../layout/ConnectionBanner.tsx"
import { useSession } from "./Session.ts"
import { SignIn } from "./SignIn.tsx"

export const SessionGate = ({ children }: { readonly children: (holder: KeyHolder) => ReactNode }) => {
  const { data: session, error, refetch } = useSession()
  return (
    <>
      <ConnectionBanner />
      {session === undefined ? (
        <Center mih="60vh" component="main">
          {error === null ? (
            <Loader aria-label="Loading" />
          ) : (
            <Failure message={commonErrorMessage(error)} onRetry={() => refetch()} />
          )}
        </Center>
      ) : session._tag === "SignedOut" ? (
        <SignIn ended={session.ended} invalidKey={session.invalidKey ?? false} />
      ) : (
        children(session.holder)
      )}
    </>
  )
}
