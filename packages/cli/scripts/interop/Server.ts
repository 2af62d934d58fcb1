/** A real `espalier serve` with open enrollment, before a backend that offers nothing. */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer, type Server as HttpServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Plist } from "@espalier/plist"
import { Result, Schema } from "effect"

/** The SCEP payload of an enrollment profile. */
export interface Invitation {
  readonly url: string
  readonly challenge: string
}

export interface Server {
  /** A new enrollment profile: each has a challenge of its own. */
  readonly invitation: () => Promise<Invitation>
  readonly stop: () => void
}

const Profile = Schema.Struct({ PayloadContent: Schema.Array(Schema.Unknown) })
const ScepPayload = Schema.Struct({
  PayloadType: Schema.Literal("com.apple.security.scep"),
  PayloadContent: Schema.Struct({ URL: Schema.String, Challenge: Schema.String }),
})
const isScepPayload = Schema.is(ScepPayload)
const decodeProfile = Schema.decodeUnknownSync(Profile)

const portOf = (server: HttpServer): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resolve(address !== null && typeof address === "object" ? address.port : 0)
    })
  })

/** Every webhook is answered 404: not offered. */
const startBackend = async () => {
  const server = createServer((_, response) => response.writeHead(404).end())
  return { server, url: `http://127.0.0.1:${await portOf(server)}` }
}

const freePort = async (): Promise<number> => {
  const server = createServer()
  const port = await portOf(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

const ready = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let output = ""
    const read = (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes("ready: ")) resolve()
    }
    child.stdout?.on("data", read)
    child.stderr?.on("data", read)
    child.on("exit", (code) => reject(new Error(`espalier serve ended with ${code}: ${output.slice(-500)}`)))
  })

/** Starts the server on a free port, with a data directory of its own. */
export const start = async (): Promise<Server> => {
  const backend = await startBackend()
  const folder = mkdtempSync(join(tmpdir(), "espalier-interop-"))
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const main = new URL("../../src/main.ts", import.meta.url).pathname
  const child = spawn(
    process.execPath,
    [
      "--conditions=@espalier/source",
      main,
      "serve",
      ...["--webhook-url", backend.url],
      ...["--host", "127.0.0.1"],
      ...["--port", String(port)],
      ...["--origin", origin],
      ...["--data-directory", folder],
      ...["--enrollment", "open"],
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  )
  const stop = () => {
    child.removeAllListeners("exit")
    child.kill()
    backend.server.close()
    backend.server.closeAllConnections()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await ready(child)
  } catch (error) {
    stop()
    throw error
  }
  return {
    stop,
    invitation: async () => {
      const response = await fetch(`${origin}/mdm/apple/enroll`)
      const profile = Plist.parse(new Uint8Array(await response.arrayBuffer()))
      const payload = decodeProfile(Result.getOrThrow(profile)).PayloadContent.find(isScepPayload)
      if (payload === undefined) throw new Error("The enrollment profile has no SCEP payload")
      return { url: payload.PayloadContent.URL, challenge: payload.PayloadContent.Challenge }
    },
  }
}
