/**
 * Property lists between devices, which use XML or a binary form, and the backend, which uses JSON.
 */
import { Problem } from "@espalier/http"
import { Plist, PlistJson } from "@espalier/plist"
import { PropertyListDictionary } from "@espalier/schema"
import { Effect, Result, Schema } from "effect"
import * as InvalidResponse from "../Backend/InvalidResponse.ts"
import type { BackendUnavailable } from "../Backend/index.ts"

/**
 * The property list in a device's body.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (body: Uint8Array): Effect.Effect<Plist.Value, Problem.Problem> =>
  Effect.fromResult(Plist.parseTolerant(body)).pipe(
    Effect.mapError(({ message }) => new Problem.Problem({ status: 400, detail: message })),
    Effect.tap(({ faults }) =>
      faults.length === 0
        ? Effect.void
        : Effect.logWarning(`Accepted an odd property list: ${faults.map(({ message }) => message).join("; ")}`),
    ),
    Effect.map(({ value }) => value),
  )

const decodeDictionary = Schema.decodeUnknownResult(PropertyListDictionary)

/**
 * A device's dictionary as JSON for the backend.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toJson = (value: Plist.Dictionary): Effect.Effect<PropertyListDictionary, Problem.Problem> =>
  Effect.fromResult(Result.flatMap(PlistJson.fromValue(value), decodeDictionary)).pipe(
    Effect.mapError(() => new Problem.Problem({ status: 400, detail: "The property list has no JSON form" })),
  )

/**
 * The backend's JSON as a dictionary for a device.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromJson = (json: PropertyListDictionary): Effect.Effect<Plist.Dictionary, BackendUnavailable> =>
  Effect.fromResult(PlistJson.toValue(json)).pipe(
    Effect.mapError((error) => InvalidResponse.make(error.message)),
    Effect.filterOrFail(isDictionary, () => InvalidResponse.make("The payload is not a dictionary")),
  )

const isDictionary = (value: Plist.Value): value is Plist.Dictionary => Plist.isDictionary(value)
