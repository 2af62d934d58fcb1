/**
 * Why a server or the notifications service does not start: one sentence that names the flag to check.
 */

import { ErrorCode } from "@espalier/http"
import type {
  InvalidCidr,
  InvalidOperationalWebhook,
  PublishError,
  PushCertificateWatch,
} from "@espalier/notifications"
import type { Server } from "@espalier/server"
import type { Sealing } from "@espalier/sql"

/**
 * The message for an error.
 *
 * @category errors
 * @since 0.1.0
 */
export const message = (
  error:
    | Server.StartError
    | InvalidCidr
    | InvalidOperationalWebhook
    | Sealing.SealingError
    | PublishError
    | PushCertificateWatch.InvalidPushCertificate,
): string => {
  switch (error._tag) {
    case "InvalidOrigin":
      return `--origin: ${error.message}`
    case "InvalidBackendOptions":
      return error.message.replace(error.option, error.option === "baseUrl" ? "--webhook-url" : "--webhook-timeout")
    case "AuthorityError":
      return `--data-directory: ${error.message}`
    case "InvalidCidr":
      return `--allow-address: ${error.message}`
    case "InvalidOperationalWebhook":
      return `--operational-webhook-${error.option}: ${error.message}`
    case "SealingError":
      return `--secrets-key-file: ${error.message}; add that key, or restore the file from a backup`
    case "InvalidPushOptions":
    case "InvalidEvent":
    case "InvalidIdempotencyKey":
    case "IdempotencyKeyConflict":
    case "InvalidPushCertificate":
      return `--push-certificate: ${error.message}`
    case "TlsError":
      return `--tls-certificate: ${error.message}`
    case "DatabaseError":
    case "MigrationError":
      return `--database-url: ${error.message}`
    case "SqlError":
      return "--database-url: the database does not work as expected"
    case "ServeError": {
      const code = ErrorCode.of(error.cause)
      if (code === "EADDRINUSE") return "The port is in use: choose another with --port"
      if (code === "EACCES") {
        return "The port needs more privileges: choose one above 1023 with --port and use a reverse proxy"
      }
      return "Cannot listen on this address: check --host and --port"
    }
  }
}
