/**
 * Property lists at the seam between devices, which speak XML, and the backend, which speaks JSON.
 */

import { Plist, PlistJson } from "@espalier/plist"
import { PropertyListDictionary } from "@espalier/schema"
import { Effect, Result, Schema } from "effect"
import { HttpServerResponse } from "effect/http"
import type { BackendUnavailable } from "./Backend/index.ts"
import { badAnswer } from "./BadAnswer.ts"
import { Refusal } from "./Refusal.ts"

/**
 * A property list as the answer to a device: XML. What has no such form was a bad answer of the backend's.
 *
 * @category responses
 * @since 0.1.0
 */
export const toResponse = (
  value: Plist.Value,
): Effect.Effect<HttpServerResponse.HttpServerResponse, BackendUnavailable> =>
  Effect.fromResult(Plist.toXml(value)).pipe(
    Effect.map((xml) => HttpServerResponse.text(xml, { contentType: "application/xml" })),
    Effect.mapError((error) => badAnswer(error.message)),
  )

const decodeDictionary = Schema.decodeUnknownResult(PropertyListDictionary)

/**
 * A device's dictionary as JSON for the backend.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toJson = (value: Plist.Dictionary): Effect.Effect<PropertyListDictionary, Refusal> =>
  Effect.fromResult(Result.flatMap(PlistJson.fromValue(value), decodeDictionary)).pipe(
    Effect.mapError(() => new Refusal({ status: 400, detail: "The property list has no JSON form" })),
  )

/**
 * The backend's JSON as a dictionary for a device.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromJson = (json: PropertyListDictionary): Effect.Effect<Plist.Dictionary, BackendUnavailable> =>
  Effect.fromResult(PlistJson.toValue(json)).pipe(
    Effect.mapError((error) => badAnswer(error.message)),
    Effect.flatMap((value) =>
      isDictionary(value) ? Effect.succeed(value) : Effect.fail(badAnswer("The payload is not a dictionary")),
    ),
  )

const isDictionary = (value: Plist.Value): value is Plist.Dictionary => Plist.isDictionary(value)
