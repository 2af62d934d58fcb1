/**
 * From the services' errors to the API's.
 */
import { DatabaseUnavailable } from "@espalier/api-keys/api"
import { UnknownDevice } from "@espalier/schema"
import { Effect } from "effect"
import { DeviceNotFound } from "../Devices/DeviceNotFound.ts"
import { StorageError } from "../StorageError.ts"

/**
 * Turns a failure of the storage into 503. The log has the cause, the response does not.
 *
 * @category combinators
 * @since 0.1.0
 */
export const orUnavailable = <A, E, R>(self: Effect.Effect<A, E | StorageError, R>) =>
  Effect.catchIf(
    self,
    (error): error is StorageError => error instanceof StorageError,
    (error) => Effect.andThen(Effect.logError(error.message, error.cause), Effect.fail(new DatabaseUnavailable({}))),
  )

/**
 * Turns the webhooks' `UnknownDevice` into 404.
 *
 * @category combinators
 * @since 0.1.0
 */
export const orNotFound = <A, E, R>(self: Effect.Effect<A, E | UnknownDevice, R>) =>
  Effect.catchIf(
    self,
    (error): error is UnknownDevice => error instanceof UnknownDevice,
    () => Effect.fail(new DeviceNotFound({})),
  )
