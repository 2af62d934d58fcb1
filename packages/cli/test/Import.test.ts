/**
 * Devices of another server: the file, and what the store knows afterwards.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Server, Store } from "@espalier/server"
import { Effect, Result } from "effect"
import * as ImportList from "../src/ImportList.ts"
import { run } from "./Run.ts"

const [a, b, c] = ["a", "b", "c"].map((digit) => digit.repeat(64))

describe("the file", () => {
  it.each<[string, string, unknown]>([
    ["two columns without a header", `U-1,${a}\nU-2,*\n`, [{ udid: "U-1", fingerprint: a }, { udid: "U-2" }]],
    [
      "NanoMDM's table with a header, quotes and CRLF",
      `"created_at","sha256","id"\r\n"2026-01-01","${b}","U-1"\r\n`,
      [{ udid: "U-1", fingerprint: b }],
    ],
    [
      "fingerprints as OpenSSL prints them",
      `udid,fingerprint\nU-1,${"AA:".repeat(32).slice(0, -1)}`,
      [{ udid: "U-1", fingerprint: a }],
    ],
    ["a byte order mark and empty lines", `\uFEFF\nU-1,*\n\n`, [{ udid: "U-1" }]],
  ])("can have %s", (_, text, devices) => {
    expect(Result.getOrThrow(ImportList.parse(text))).toEqual(devices)
  })

  it.each([
    ["no device", "udid,fingerprint\n", "it contains no device"],
    ["a header without fingerprints", "udid,serial\nU-1,C02\n", "line 1: the header has no column"],
    ["a short fingerprint", `U-1,*\nU-2,abc\n`, "line 2: the fingerprint must be"],
    ["a missing fingerprint", "U-1\n", "line 1: the fingerprint must be"],
    ["an empty UDID", `,${c}\n`, "line 1: the UDID is missing or invalid"],
  ])("is invalid with %s", (_, text, problem) => {
    expect(Result.getOrThrow(Result.flip(ImportList.parse(text)))).toContain(problem)
  })
})

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "espalier-import-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true })),
)

describe("espalier import", () => {
  it.live("imports devices once, and the store then accepts their certificates", () =>
    Effect.gen(function* () {
      const place = yield* folder
      const [dataDirectory, file] = [join(place, "data"), join(place, "devices.csv")]
      writeFileSync(file, `U-1,${a}\nU-2,*\n`)
      const importing = Effect.promise(() => run(["import", file, "--data-directory", dataDirectory]))
      expect(yield* importing).toMatchObject({ code: 0, output: "Imported 2 of 2 devices.\n" })
      const authorized = yield* Effect.flatMap(Store, (store) =>
        Effect.all([store.authorize("U-1", a ?? ""), store.authorize("U-1", b ?? ""), store.authorize("U-2", c ?? "")]),
      ).pipe(Effect.provide(Server.state({ dataDirectory })))
      expect(authorized).toEqual([true, false, true])
      const again = yield* importing
      expect(again).toMatchObject({
        code: 0,
        output: expect.stringMatching(/^Imported 0 of 2 devices\.\n.*\n {2}U-1\n {2}U-2\n$/),
      })
    }),
  )

  it.live("imports nothing from a file with an error", () =>
    Effect.gen(function* () {
      const place = yield* folder
      const [dataDirectory, file] = [join(place, "data"), join(place, "devices.csv")]
      writeFileSync(file, `U-1,${a}\nU-2,abc\n`)
      const { code, output } = yield* Effect.promise(() => run(["import", file, "--data-directory", dataDirectory]))
      expect(code).toBe(1)
      expect(output).toContain("line 2: the fingerprint must be")
      const known = yield* Effect.flatMap(Store, (store) => store.authorize("U-1", a ?? "")).pipe(
        Effect.provide(Server.state({ dataDirectory })),
      )
      expect(known).toBe(false)
    }),
  )
})
