/**
 * The configuration that the server wrote into the page.
 */
import { Schema } from "effect"
import { Configuration, elementId } from "../../src/Configuration.ts"

export const configuration: Configuration = Schema.decodeUnknownSync(Schema.fromJsonString(Configuration))(
  document.getElementById(elementId)?.textContent ?? "",
)
