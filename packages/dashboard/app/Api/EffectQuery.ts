/**
 * Where Effects become promises: react-query's hooks over Effects, with their errors in the type.
 */

import {
  type InfiniteData,
  type QueryKey,
  type UseInfiniteQueryResult,
  type UseMutationResult,
  type UseQueryOptions,
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQuery,
} from "@tanstack/react-query"
import { Effect } from "effect"

type Options<A, E> = Omit<UseQueryOptions<A, E>, "queryKey" | "queryFn">

/** Runs the Effect and caches its result under the key. */
export const useEffectQuery = <A, E>(
  queryKey: QueryKey,
  effect: Effect.Effect<A, E>,
  options?: Options<A, E>,
): UseQueryResult<A, E> =>
  useQuery<A, E>({ queryKey, queryFn: ({ signal }) => Effect.runPromise(effect, { signal }), ...options })

/** Runs the Effect of each page that is shown: the first without a cursor, each other with the cursor of the page before. */
export const useEffectPages = <A extends { readonly next?: string }, E>(
  queryKey: QueryKey,
  effect: (cursor: string | undefined) => Effect.Effect<A, E>,
  options: { readonly refetchInterval: number },
): UseInfiniteQueryResult<InfiniteData<A>, E> =>
  useInfiniteQuery<A, E, InfiniteData<A>, QueryKey, string | undefined>({
    queryKey,
    queryFn: ({ pageParam, signal }) => Effect.runPromise(effect(pageParam), { signal }),
    initialPageParam: undefined,
    getNextPageParam: ({ next }) => next,
    placeholderData: (previous) => previous,
    ...options,
  })

/** Runs the Effect of an input each time `mutate` is called. */
export const useEffectMutation = <A, E, Input = void>(
  effect: (input: Input) => Effect.Effect<A, E>,
  options?: { readonly onSuccess?: (answer: A, input: Input) => void },
): UseMutationResult<A, E, Input> =>
  useMutation<A, E, Input>({ mutationFn: (input) => Effect.runPromise(effect(input)), ...options })
