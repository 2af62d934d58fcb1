/**
 * Where operational events go: an address of the vendor's.
 *
 * **Details**
 *
 * It is stored as an integration of a workspace that has no name, so that its deliveries take the way of all others: the outbox, signatures,
 * retries. A workspace of a customer always has a name.
 *
 * **Gotchas**
 *
 * All processes of a database need the same option: the one that started last decides.
 */
import { Secret } from "@espalier/signing"
import { Sealing } from "@espalier/sql"
import { Clock, Effect, type Redacted, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { AddressGuard } from "../Addresses/AddressGuard.ts"
import * as SigningSecrets from "../Storage/SigningSecrets.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface OperationalWebhookOptions {
  /** The rules for the URLs of integrations hold here, too: see `addresses`. */
  readonly url: string
  /** `whsec_…`. */
  readonly secret: Redacted.Redacted | string
}

/**
 * The URL or the secret of the operational webhook is invalid. The message holds nothing of the secret.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidOperationalWebhook extends Schema.TaggedError<InvalidOperationalWebhook>()(
  "InvalidOperationalWebhook",
  { option: Schema.Literals(["url", "secret"]), message: Schema.String },
) {}

/**
 * The id of the integration that stands for the vendor.
 *
 * @category constants
 * @since 0.1.0
 */
export const id = "int_operational"

/**
 * The workspace without a name.
 *
 * @category constants
 * @since 0.1.0
 */
export const workspace = ""

/**
 * Stores the address, or disables it if there is none.
 *
 * @category running
 * @since 0.1.0
 */
export const configure = Effect.fnUntraced(function* (
  options: OperationalWebhookOptions | undefined,
): Effect.fn.Return<
  void,
  InvalidOperationalWebhook | SqlError.SqlError,
  SqlClient.SqlClient | AddressGuard | Sealing.Sealing
> {
  const sql = yield* SqlClient.SqlClient
  if (options === undefined) {
    yield* sql`UPDATE espalier_integration SET enabled = 0 WHERE id = ${id}`
    return
  }
  const { check } = yield* AddressGuard
  const secrets = SigningSecrets.make(sql, yield* Sealing.Sealing)
  const { href } = yield* Effect.mapError(
    check(options.url),
    ({ detail = "" }) => new InvalidOperationalWebhook({ option: "url", message: detail }),
  )
  const secret = yield* Effect.mapError(
    Effect.fromResult(Secret.parseSigning(options.secret)),
    ({ message }) => new InvalidOperationalWebhook({ option: "secret", message }),
  )
  const now = yield* Clock.currentTimeMillis
  const row = {
    id,
    workspace,
    url: href,
    enabled: 1,
    created_at: now,
    updated_at: now,
  }
  yield* Effect.gen(function* () {
    yield* sql`INSERT INTO espalier_integration ${sql.insert(row)} ON CONFLICT (id) DO UPDATE
      SET url = excluded.url, enabled = 1, disabled_reason = NULL, failing_since = NULL, last_failure_at = NULL,
        paused_until = NULL, updated_at = excluded.updated_at`
    yield* sql`DELETE FROM espalier_secret WHERE integration_id = ${id}`
    yield* secrets.insert(id, Secret.format(secret), now)
  }).pipe(sql.withTransaction)
})
