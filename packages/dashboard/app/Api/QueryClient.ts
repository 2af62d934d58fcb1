/**
 * What all calls share: those that fail in passing are asked again until they go through, and a session that has ended is noticed wherever it is.
 */
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query"
import { isPassing, isSignedOut } from "./CommonFailure.ts"

/** Under which key the session is kept, see `Session/Session.ts`. */
export const sessionKey = ["session"] as const

const noticeSession = (error: unknown) => {
  if (isSignedOut(error)) queryClient.setQueryData(sessionKey, { _tag: "SignedOut", ended: true })
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeSession }),
  mutationCache: new MutationCache({
    onError: (error) => {
      noticeSession(error)
      // Who asks finds out that nobody is there, and when somebody is again.
      if (isPassing(error)) void queryClient.invalidateQueries()
    },
  }),
  defaultOptions: {
    queries: {
      // Whether there is a network says nothing about a server on this machine or in this house.
      networkMode: "always",
      retry: (_count, error) => isPassing(error),
      retryDelay: (count) => Math.min(500 * 2 ** count, 4000),
      staleTime: 1000,
    },
    mutations: { networkMode: "always" },
  },
})
