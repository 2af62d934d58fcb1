/**
 * Where Effects become promises: react-query's hooks over calls of the typed clients, with their errors in the type.
 */

import {
  type QueryKey,
  type UseMutationResult,
  type UseQueryOptions,
  type UseQueryResult,
  useMutation,
  useQuery,
} from "@tanstack/react-query"
import { Effect } from "effect"

type Options<A, E> = Omit<UseQueryOptions<A, E>, "queryKey" | "queryFn">

/** Asks, and keeps the answer under the key. */
export const useCall = <A, E>(
  queryKey: QueryKey,
  call: Effect.Effect<A, E>,
  options?: Options<A, E>,
): UseQueryResult<A, E> =>
  useQuery<A, E>({ queryKey, queryFn: ({ signal }) => Effect.runPromise(call, { signal }), ...options })

/** Does something, once each time it is told to. */
export const useAction = <A, E, Input = void>(
  action: (input: Input) => Effect.Effect<A, E>,
  options?: { readonly onSuccess?: (answer: A, input: Input) => void },
): UseMutationResult<A, E, Input> =>
  useMutation<A, E, Input>({ mutationFn: (input) => Effect.runPromise(action(input)), ...options })
