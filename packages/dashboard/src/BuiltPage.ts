/**
 * The built page in `dist/app`, read once and completely, so that requests cannot reach other files.
 */
import { readdir, readFile } from "node:fs/promises"
import { extname, join, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { Effect, Schema } from "effect"
import { type Configuration, elementId } from "./Configuration.ts"

/**
 * The page was not built.
 *
 * @category errors
 * @since 0.1.0
 */
export class PageNotBuilt extends Schema.TaggedError<PageNotBuilt>()("PageNotBuilt", { folder: Schema.String }) {
  override get message(): string {
    return `The dashboard is not built: there is no page in ${this.folder}. Build it with: npm run build -w @espalier/dashboard`
  }
}

/**
 * A file; `gzip` is the compressed body.
 *
 * @category models
 * @since 0.1.0
 */
export interface BuiltFile {
  readonly contentType: string
  readonly body: Uint8Array
  readonly gzip: Uint8Array
}

const contentTypes: { readonly [extension: string]: string } = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
}

/**
 * The output folder of `vite build`, relative to the sources and to the compiled files alike.
 *
 * @category constants
 * @since 0.1.0
 */
export const folder: string = fileURLToPath(new URL("../dist/app", import.meta.url))

const fileOf = (path: string, body: Uint8Array): BuiltFile => ({
  contentType: contentTypes[extname(path)] ?? "application/octet-stream",
  body,
  gzip: gzipSync(body, { level: 9 }),
})

/**
 * All files by their paths below the folder, such as `assets/index-1a2b.js`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const read = (from: string = folder): Effect.Effect<ReadonlyMap<string, BuiltFile>, PageNotBuilt> =>
  Effect.tryPromise({
    try: async () => {
      const files = new Map<string, BuiltFile>()
      for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue
        const file = join(entry.parentPath, entry.name)
        files.set(relative(from, file).split(sep).join("/"), fileOf(file, await readFile(file)))
      }
      return files
    },
    catch: () => new PageNotBuilt({ folder: from }),
  }).pipe(
    Effect.filterOrElse(
      (files) => files.has("index.html"),
      () => Effect.fail(new PageNotBuilt({ folder: from })),
    ),
  )

/** The path that `vite.config.ts` builds into the page. */
const builtPath = "/dashboard/"

/**
 * The page with this configuration: its assets are below `path`, the rest is in its JSON.
 *
 * @category conversions
 * @since 0.1.0
 */
export const configured = (page: BuiltFile, configuration: Configuration): BuiltFile => {
  // A `<` could end the element.
  const json = JSON.stringify(configuration).replaceAll("<", "\\u003c")
  const html = new TextDecoder()
    .decode(page.body)
    .replaceAll(`="${builtPath}`, () => `="${configuration.path}/`)
    .replace(new RegExp(`(<script[^>]*id="${elementId}"[^>]*>)[^<]*`), (_, element: string) => `${element}${json}`)
    .replace(/(<link rel="icon" href=")[^"]*/, (link, start: string) =>
      configuration.branding.icon === undefined ? link : `${start}${configuration.branding.icon}`,
    )
  return fileOf("index.html", new TextEncoder().encode(html))
}
