/**
 * The options that all queries share: a transient error is retried until it is over, and every query notices a session that has ended.
 */
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query"
import { isSignedOut, isTransient } from "./CommonError.ts"

/** The key of the session's query, see `Session/Session.ts`. */
export const sessionKey = ["session"] as const

/** A wrong key while signing in ends no session. */
const noticeSession = (error: unknown) => {
  const session = queryClient.getQueryData<{ readonly _tag: "SignedIn" | "SignedOut" }>(sessionKey)
  if (isSignedOut(error) && session?._tag === "SignedIn") {
    queryClient.setQueryData(sessionKey, { _tag: "SignedOut", ended: true })
  }
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeSession }),
  mutationCache: new MutationCache({
    onError: (error) => {
      noticeSession(error)
      // Queries find out whether the connection is lost, and when it is back.
      if (isTransient(error)) void queryClient.invalidateQueries()
    },
  }),
  defaultOptions: {
    queries: {
      // Being offline does not matter to a server on this machine or in the local network.
      networkMode: "always",
      retry: (_count, error) => isTransient(error),
      retryDelay: (count) => Math.min(500 * 2 ** count, 4000),
      staleTime: 1000,
    },
    mutations: { networkMode: "always" },
  },
})
