/**
 * HTTPS: whose certificates are believed.
 */
import { execFileSync } from "node:child_process"
import { createServer } from "node:https"
import type { AddressInfo } from "node:net"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { make } from "../../src/Backend/index.ts"
import { scope } from "./OddBackend.ts"

/** Key and certificate of a host that signed for itself, as one PEM. */
const pem = execFileSync(
  "openssl",
  [
    ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout - -days 2".split(" "),
    ..."-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1".split(" "),
  ],
  { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
)

const backend = Effect.acquireRelease(
  Effect.callback<{ readonly url: string; readonly close: () => void }>((resume) => {
    const server = createServer({ key: pem, cert: pem }, (request, response) => {
      request.resume()
      response.writeHead(200, { "content-type": "application/json" }).end(`{"_tag":"Idle"}`)
    })
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      resume(Effect.succeed({ url: `https://127.0.0.1:${port}`, close: () => server.close().closeAllConnections() }))
    })
  }),
  ({ close }) => Effect.sync(close),
)

it.live("a certificate of an unknown authority is not believed", () =>
  Effect.gen(function* () {
    const calls = yield* make({ baseUrl: (yield* backend).url, retries: 0 })
    const error = yield* Effect.flip(calls.checkin({ scope }))
    expect(error).toMatchObject({ _tag: "BackendUnavailable", reason: "Unreachable" })
    expect(error.message).toContain("TLS certificate is not trusted")
  }),
)

it.live("a configured authority is", () =>
  Effect.gen(function* () {
    const calls = yield* make({ baseUrl: (yield* backend).url, tls: { ca: pem } })
    expect(yield* calls.checkin({ scope })).toEqual({ _tag: "Idle" })
  }),
)
