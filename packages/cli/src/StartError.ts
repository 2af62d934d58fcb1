/**
 * Why a server or the notifications service does not start, as one sentence with the flag to look at.
 */

import { ErrorCode } from "@espalier/http"
import type { CidrError, PublishRefused, PushCertificateWatch } from "@espalier/notifications"
import type { Server } from "@espalier/server"

/**
 * The sentence for an error.
 *
 * @category errors
 * @since 0.1.0
 */
export const sentence = (
  error: Server.StartError | CidrError | PublishRefused | PushCertificateWatch.PushCertificateInvalid,
): string => {
  switch (error._tag) {
    case "InvalidOrigin":
      return `--origin: ${error.message}`
    case "InvalidBackendOptions":
      return error.message.replace(error.option, error.option === "baseUrl" ? "--webhook-url" : "--webhook-timeout")
    case "AuthorityError":
      return `--data-directory: ${error.message}`
    case "CidrError":
      return `--allow-address: ${error.message}`
    case "InvalidPushOptions":
    case "PublishRefused":
    case "PushCertificateInvalid":
      return `--push-certificate: ${error.message}`
    case "TlsError":
      return `--tls-certificate: ${error.message}`
    case "DatabaseError":
    case "MigrationError":
      return `--database-url: ${error.message}`
    case "SqlError":
      return "--database-url: the database does not answer as it should"
    case "ServeError": {
      const code = ErrorCode.of(error.cause)
      if (code === "EADDRINUSE") return "That port is in use: choose another with --port"
      if (code === "EACCES") {
        return "That port needs more rights: choose one above 1023 with --port, and put a proxy in front"
      }
      return "Cannot listen there: check --host and --port"
    }
  }
}
