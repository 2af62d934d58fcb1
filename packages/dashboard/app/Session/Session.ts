/**
 * The session: whether the person is signed in, and with which key.
 */

import type { KeyHolder } from "@espalier/api-keys/api"
import { type UseQueryResult, useQueryClient } from "@tanstack/react-query"
import { Effect, Redacted } from "effect"
import { notifications } from "../Api/Clients.ts"
import type { CommonError } from "../Api/CommonError.ts"
import { useEffectMutation, useEffectQuery } from "../Api/EffectQuery.ts"
import { queryClient, sessionKey } from "../Api/QueryClient.ts"
import { forgetKey, keyFromFragment } from "./KeyFromFragment.ts"

/** `ended`: there was a session before. `invalidKey`: the key of the link is invalid. */
export type Session =
  | { readonly _tag: "SignedIn"; readonly holder: KeyHolder }
  | { readonly _tag: "SignedOut"; readonly ended: boolean; readonly invalidKey?: boolean }

const signedIn = (holder: KeyHolder): Session => ({ _tag: "SignedIn", holder })

const signIn = (key: string) => notifications.session.signIn({ payload: { key: Redacted.make(key) } })

const wasSignedIn = () => queryClient.getQueryData<Session>(sessionKey)?._tag === "SignedIn"

/** A key in the address is exchanged for a session; otherwise the cookie, which scripts cannot read, identifies the session. */
const currentSession = Effect.suspend(() => {
  const key = keyFromFragment()
  return key === undefined
    ? notifications.session.session().pipe(
        Effect.map(signedIn),
        Effect.catchTag("Unauthorized", () =>
          Effect.sync((): Session => ({ _tag: "SignedOut", ended: wasSignedIn() })),
        ),
      )
    : signIn(key).pipe(
        Effect.map(signedIn),
        Effect.catchTag("Unauthorized", () =>
          Effect.succeed<Session>({ _tag: "SignedOut", ended: false, invalidKey: true }),
        ),
        Effect.tap(() => Effect.sync(forgetKey)),
      )
})

export const useSession = (): UseQueryResult<Session, CommonError> =>
  useEffectQuery(sessionKey, currentSession, { staleTime: Number.POSITIVE_INFINITY })

const isNotSession = ({ queryKey }: { readonly queryKey: ReadonlyArray<unknown> }) => queryKey[0] !== sessionKey[0]

export const useSignIn = () => {
  const client = useQueryClient()
  return useEffectMutation(signIn, {
    onSuccess: (holder) => {
      client.setQueryData(sessionKey, signedIn(holder))
      void client.invalidateQueries({ predicate: isNotSession })
    },
  })
}

export const useSignOut = () => {
  const client = useQueryClient()
  return useEffectMutation(() => notifications.session.signOut(), {
    onSuccess: () => {
      client.setQueryData(sessionKey, { _tag: "SignedOut", ended: false } satisfies Session)
      client.removeQueries({ predicate: isNotSession })
    },
  })
}
