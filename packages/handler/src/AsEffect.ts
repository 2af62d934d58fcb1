/**
 * Protects the routes from code without types.
 */
import { Effect, Predicate } from "effect"

/**
 * Returns the result of your function if it is an Effect. A Promise or a plain value, which the compiler rejects but plain JavaScript allows, is
 * a defect that says how to correct it.
 *
 * @category guards
 * @since 0.1.0
 */
export const asEffect = <A, E, R>(owner: string, result: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
  if (Effect.isEffect(result)) return result
  const value: unknown = result
  if (!Predicate.isPromiseLike(value)) {
    return Effect.die(new Error(`${owner} returned no Effect: wrap the value in Effect.succeed`))
  }
  // The call fails already: a rejection must not end the process as well.
  value.then(undefined, () => undefined)
  return Effect.die(new Error(`${owner} returned a Promise: wrap it in Effect.promise`))
}
