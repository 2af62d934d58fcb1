/**
 * How the settings of an integration are stored: a JSON text, and a sealed one with header values, credentials and the private key.
 */
import { IntegrationSettings } from "@espalier/schema"
import { Secret } from "@espalier/signing"
import type { Sealing } from "@espalier/sql"
import { Effect, Redacted, Result, Schema } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import { integrationContext } from "../Storage/SealedSecrets.ts"
import { IntegrationBounds } from "./IntegrationBounds.ts"
import { Credentials, type InvalidSetting, type SettingsEdit, type SettingsInput } from "./SettingsInput.ts"
import * as SettingsRules from "./SettingsRules.ts"

const Confidential = Schema.Struct({
  headers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  credentials: Schema.optionalKey(Credentials),
  privateKey: Schema.optionalKey(Schema.String),
})
type Confidential = typeof Confidential.Type

/**
 * The columns of a row of `espalier_integration`.
 *
 * @category models
 * @since 0.1.0
 */
export const Columns = Schema.Struct({ settings: Schema.String, sealed_settings: Schema.NullOr(Schema.String) })
type Columns = typeof Columns.Type

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(IntegrationSettings))
const decodeConfidential = Schema.decodeUnknownSync(Schema.fromJsonString(Confidential))
const decodeRows = Schema.decodeUnknownSync(Schema.Array(Columns))

/**
 * The settings that are returned.
 *
 * @category conversions
 * @since 0.1.0
 */
export const read = ({ settings }: Pick<Columns, "settings">): IntegrationSettings => decode(settings)

type Seal = Sealing.Sealing["Service"]

const open = (sealing: Seal, id: string, text: string | null): Result.Result<Confidential, Sealing.SealingError> =>
  text === null
    ? Result.succeed({})
    : Result.map(sealing.open(text, integrationContext(id, "settings")), (json) =>
        decodeConfidential(Redacted.value(json)),
      )

/**
 * What a delivery needs of the settings. `headers` contains the credentials.
 *
 * @category models
 * @since 0.1.0
 */
export interface TargetSettings {
  readonly headers: Readonly<Record<string, string>>
  readonly privateKey: Secret.SigningSecret | undefined
  readonly timeout: number | undefined
  readonly retryDelays: ReadonlyArray<number> | undefined
  readonly rateLimit: number | undefined
  readonly ca: string | undefined
}

const authorization = (credentials: Credentials): string =>
  credentials.type === "bearer"
    ? `Bearer ${credentials.token}`
    : `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`

/**
 * Reads what a delivery needs.
 *
 * @category conversions
 * @since 0.1.0
 */
export const target = (
  sealing: Seal,
  id: string,
  columns: Columns,
): Result.Result<TargetSettings, Sealing.SealingError> =>
  Result.map(open(sealing, id, columns.sealed_settings), ({ headers, credentials, privateKey }) => {
    const { timeout, retryDelays, rateLimit, ca } = read(columns)
    return {
      headers: {
        ...headers,
        ...(credentials === undefined ? {} : { authorization: authorization(credentials) }),
      },
      privateKey: privateKey === undefined ? undefined : Result.getOrThrow(Secret.parseSigning(privateKey)),
      timeout,
      retryDelays,
      rateLimit,
      ca,
    }
  })

type Texts = Readonly<Record<string, string>>

/** RFC 7396. */
const merged = (before: Texts = {}, change: Readonly<Record<string, string | null>> | null | undefined): Texts => {
  if (change === null) return {}
  const after = new Map(Object.entries(before))
  for (const [name, value] of Object.entries(change ?? {})) {
    if (value === null) after.delete(name)
    else after.set(name, value)
  }
  return Object.fromEntries(after)
}

const lowerCase = <Value>(headers: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** What a change makes of a value: missing keeps it. */
const next = <Value>(change: Value | null | undefined, value: Value | undefined) =>
  change === undefined ? value : (change ?? undefined)

/**
 * Changes the settings of an integration. Fails with the first invalid one. A sealed part that does not open is a defect. Run it in a
 * transaction.
 *
 * @category queries
 * @since 0.1.0
 */
export const write = Effect.fnUntraced(function* (
  { sql, sealing }: { readonly sql: SqlClient.SqlClient; readonly sealing: Seal },
  id: string,
  edit: SettingsEdit | SettingsInput,
): Effect.fn.Return<void, InvalidSetting | SqlError.SqlError> {
  const bounds = yield* IntegrationBounds
  const [row] = decodeRows(yield* sql`SELECT settings, sealed_settings FROM espalier_integration WHERE id = ${id}`)
  if (row === undefined) return
  const before = read(row)
  const hidden = yield* Effect.orDie(Effect.fromResult(open(sealing, id, row.sealed_settings)))
  const headers = merged(hidden.headers, edit.headers && lowerCase(edit.headers))
  const credentials = next(edit.credentials, hidden.credentials)
  const metadata = merged(before.metadata, edit.metadata)
  const own = {
    name: next(edit.name, before.name),
    description: next(edit.description, before.description),
    timeout: next(edit.timeout, before.timeout),
    retryDelays: next(edit.retryDelays, before.retryDelays),
    rateLimit: next(edit.rateLimit, before.rateLimit),
    ca: next(edit.ca, before.ca),
  }
  yield* Effect.fromResult(SettingsRules.check({ ...own, metadata, headers, credentials }, bounds))

  const hasKey = edit.ed25519 ?? hidden.privateKey !== undefined
  const privateKey = hasKey ? (hidden.privateKey ?? Secret.format(yield* Secret.generateEd25519)) : undefined
  const names = Object.keys(headers)
  // Members that are not there are left out of the JSON.
  const settings = JSON.stringify({
    ...own,
    metadata: Object.keys(metadata).length === 0 ? undefined : metadata,
    headerNames: names.length === 0 ? undefined : names,
    credentials: credentials?.type,
    publicKey: privateKey === undefined ? undefined : publicKeyOf(privateKey),
  })
  const confidential = JSON.stringify({ headers: names.length === 0 ? undefined : headers, credentials, privateKey })
  const sealed = confidential === "{}" ? null : sealing.seal(confidential, integrationContext(id, "settings"))
  yield* sql`UPDATE espalier_integration SET settings = ${settings}, sealed_settings = ${sealed} WHERE id = ${id}`
})

const publicKeyOf = (text: string): string => {
  const secret = Result.getOrThrow(Secret.parse(text))
  if (secret._tag !== "Ed25519Private") throw new Error("the private key of an integration is an ed25519 key")
  return Secret.format(Secret.publicKey(secret))
}
