/**
 * `espalier import`: imports devices that are enrolled with another server, so that they continue here without a new enrollment.
 *
 * It works on the data directory or database of a server, whether the server is running or not.
 */

import { readFile } from "node:fs/promises"
import { Store } from "@espalier/server"
import { Console, Effect } from "effect"
import { Argument, Command } from "effect/cli"
import * as ImportList from "./ImportList.ts"
import { storage } from "./ServeFlags.ts"
import { withStore } from "./ServerStore.ts"
import * as UserError from "./UserError.ts"

/**
 * Checks the whole file before it imports the first device. A device that is known already is not changed.
 *
 * @category commands
 * @since 0.1.0
 */
export const importDevices = Command.make(
  "import",
  {
    ...storage,
    file: Argument.String("file").pipe(
      Argument.withDescription(
        "CSV: a UDID and the SHA-256 fingerprint of its certificate in each line, or * to accept the first certificate",
      ),
    ),
  },
  (options) =>
    Effect.gen(function* () {
      const text = yield* Effect.tryPromise({
        try: () => readFile(options.file, "utf8"),
        catch: () => UserError.make(`${options.file} cannot be read`),
      })
      const devices = yield* Effect.mapError(Effect.fromResult(ImportList.parse(text)), (problem) =>
        UserError.make(`${options.file}: ${problem}`),
      )
      const imported = yield* withStore(
        options,
        Effect.flatMap(Store, (store) =>
          Effect.forEach(devices, ({ udid, fingerprint }) => store.importDevice(udid, fingerprint)),
        ),
      )
      const skipped = devices.filter((_, index) => imported[index] === false)
      yield* Console.log(`Imported ${devices.length - skipped.length} of ${devices.length} devices.`)
      if (skipped.length > 0) {
        yield* Console.log(
          `Not imported, because the device is known already or the certificate belongs to another device:\n${skipped.map(({ udid }) => `  ${udid}`).join("\n")}`,
        )
      }
    }),
).pipe(
  Command.withDescription("Import devices that are enrolled with another server"),
  Command.withExamples([
    { command: "espalier import devices.csv", description: "See the operator's guide for the file" },
  ]),
)
