/**
 * Shows its children to whom is signed in, and the sign-in page to everybody else. The address stays, so that one is back where one was.
 */
import type { KeyHolder } from "@espalier/api-keys/api"
import { Center, Loader } from "@mantine/core"
import type { ReactNode } from "react"
import { commonSentence } from "../Api/CommonFailure.ts"
import { Failure } from "../parts/Failure.tsx"
import { ConnectionBanner } from "../shell/ConnectionBanner.tsx"
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
            <Failure sentence={commonSentence(error)} onRetry={() => refetch()} />
          )}
        </Center>
      ) : session._tag === "SignedOut" ? (
        <SignIn ended={session.ended} refused={session.refused ?? false} />
      ) : (
        children(session.holder)
      )}
    </>
  )
}
