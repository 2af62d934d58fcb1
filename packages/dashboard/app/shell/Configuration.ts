/**
 * What the server that serves the page wrote into it.
 */
import { Schema } from "effect"
import { Configuration, elementId } from "../../src/Configuration.ts"

export const configuration: Configuration = Schema.decodeUnknownSync(Schema.fromJsonString(Configuration))(
  document.getElementById(elementId)?.textContent ?? "",
)
