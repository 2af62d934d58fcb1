/**
 * What the server that serves the page wrote into it.
 */
import * as Schema from "effect/Schema"
import { Configuration, elementId } from "../../src/Configuration.ts"

export const configuration: Configuration = Schema.decodeUnknownSync(Schema.fromJsonString(Configuration))(
  document.getElementById(elementId)?.textContent ?? "",
)
