/**
 * Writes `src/apple-messages.json` from Apple's schema files: names, keys, types and presence of the check-ins and of the results of commands.
 *
 *     node --conditions=@espalier/source packages/testing/scripts/apple-messages.ts ../shared/apple-device-management ../shared/apple-device-management-delta
 *
 * The first folder is a checkout of Apple's `device-management` repository; the second, optional one adds what came later: `added/` in the
 * same layout, and the entries with `change: added` of `changed.yaml`.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Schema } from "effect"
import { Yaml } from "effect/encoding"

interface Key {
  readonly key: string
  readonly type: string
  readonly presence?: string
  readonly subkeys?: ReadonlyArray<Key>
}

const Key = Schema.Struct({
  key: Schema.String,
  type: Schema.String,
  presence: Schema.optionalKey(Schema.String),
  subkeys: Schema.optionalKey(Schema.Array(Schema.suspend((): Schema.Codec<Key> => Key))),
})

const File = Schema.Struct({
  payload: Schema.Struct({ requesttype: Schema.optionalKey(Schema.String) }),
  payloadkeys: Schema.optionalKey(Schema.Array(Key)),
  responsekeys: Schema.optionalKey(Schema.Array(Key)),
})
type File = typeof File.Type

const Change = Schema.Struct({
  path: Schema.String,
  keypath: Schema.Array(Schema.Unknown),
  change: Schema.Literal("added"),
  key: Key,
})
const isChange = Schema.is(Change)

const [folder, delta] = process.argv.slice(2)
if (folder === undefined) throw new Error("usage: apple-messages.ts <apple-device-management> [<delta>]")

const yaml = (path: string): unknown => Yaml.parse(readFileSync(path, "utf8"))
const changes: ReadonlyArray<unknown> = [delta === undefined ? [] : yaml(join(delta, "changed.yaml"))].flat()

/** A list of keys with those that were added at `path`, the names of the keys above. */
const withAdded = (keys: ReadonlyArray<Key>, file: string, path: ReadonlyArray<string>): ReadonlyArray<Key> => {
  const added = changes
    .filter(isChange)
    .filter((change) => change.path === file && JSON.stringify(change.keypath) === JSON.stringify(path))
    .map(({ key }) => key)
  return [...keys, ...added].map((key) => ({
    ...key,
    ...(key.subkeys === undefined ? {} : { subkeys: withAdded(key.subkeys, file, [...path, key.key]) }),
  }))
}

/** `"string"`, `[item]`, or an object whose optional keys end in `?`, and `*` stands for any key. */
type Shape = string | ReadonlyArray<Shape> | { readonly [key: string]: Shape }

const shapeOf = ({ type, subkeys = [] }: Key): Shape => {
  const name = type.replace(/[<>]/g, "")
  if (name === "array") return subkeys.length === 0 ? ["any"] : subkeys.slice(0, 1).map(shapeOf)
  if (name !== "dictionary") return name
  return subkeys.length === 0 ? { "*": "any" } : dictionaryOf(subkeys)
}

const dictionaryOf = (keys: ReadonlyArray<Key>): { readonly [key: string]: Shape } =>
  Object.fromEntries(
    keys.map((key) => [
      key.key.startsWith("ANY") ? "*" : `${key.key}${key.presence === "required" ? "" : "?"}`,
      shapeOf(key),
    ]),
  )

const decode = Schema.decodeUnknownSync(File)

const filesIn = (part: string): ReadonlyArray<readonly [string, File]> =>
  [folder, ...(delta === undefined ? [] : [join(delta, "added")])].flatMap((root) => {
    const path = join(root, part)
    if (!existsSync(path)) return []
    return readdirSync(path)
      .sort()
      .map((name) => [`${part}/${name}`, decode(yaml(join(path, name)))] as const)
  })

const messages = (part: string, list: "payloadkeys" | "responsekeys") =>
  Object.fromEntries(
    filesIn(part).flatMap(([path, file]) => {
      const name = file.payload.requesttype
      return name === undefined ? [] : [[name, dictionaryOf(withAdded(file[list] ?? [], path, [list]))]]
    }),
  )

const fixture = { checkIns: messages("mdm/checkin", "payloadkeys"), results: messages("mdm/commands", "responsekeys") }
writeFileSync(new URL("../src/apple-messages.json", import.meta.url), `${JSON.stringify(fixture, null, 2)}\n`)
