/** Messages as devices send them, out of `messages/*.plist`, and what tests do with results. */
import { readdirSync, readFileSync } from "node:fs"
import { Result } from "effect"

const folder = new URL("./messages/", import.meta.url)

/** The names of all recorded messages. */
export const names = readdirSync(folder).map((file) => file.replace(/\.plist$/, ""))

/** The bytes of one. */
export const bytes = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`${name}.plist`, folder)))

/** A property list out of the inside of its dictionary. */
export const plist = (entries: string): Uint8Array =>
  new TextEncoder().encode(`<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict>${entries}</dict></plist>`)

/** `<key>` and `<string>`. */
export const entry = (key: string, text: string): string => `<key>${key}</key><string>${text}</string>`

/** What succeeded; throws what failed. */
export const succeeded = <A, E>(result: Result.Result<A, E>): A => Result.getOrThrow(result)

/** What failed; throws when nothing did. */
export const failed = <A, E>(result: Result.Result<A, E>): E => Result.getOrThrow(Result.flip(result))
