/**
 * Why a server does not start, as one sentence with the flag to look at.
 */
import type { Server } from "@espalier/server"
import { Predicate } from "effect"

/**
 * The sentence for an error.
 *
 * @category errors
 */
export const sentence = (error: Server.StartError): string => {
  switch (error._tag) {
    case "InvalidOrigin":
      return `--origin: ${error.message}`
    case "InvalidBackendOptions":
      return error.message.replace(error.option, error.option === "baseUrl" ? "--webhook-url" : "--webhook-timeout")
    case "AuthorityError":
      return `--data-directory: ${error.message}`
    case "InvalidPushOptions":
      return `--push-certificate: ${error.message}`
    case "TlsError":
      return `--tls-certificate: ${error.message}`
    case "DatabaseError":
    case "MigrationError":
      return `--database-url: ${error.message}`
    case "SqlError":
      return "--database-url: the database does not answer as it should"
    case "ServeError": {
      const code = Predicate.hasProperty(error.cause, "code") ? error.cause.code : undefined
      if (code === "EADDRINUSE") return "That port is in use: choose another with --port"
      if (code === "EACCES") {
        return "That port needs more rights: choose one above 1023 with --port, and put a proxy in front"
      }
      return "Cannot listen there: check --host and --port"
    }
  }
}
