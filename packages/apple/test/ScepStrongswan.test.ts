/**
 * A SCEP client that is not ours, strongSwan's `pki`, against a few lines of HTTP around {@link Scep}.
 *
 * `pki` speaks HTTP through a plugin of its own package (Debian: libstrongswan-extra-plugins). Where the plugin is not installed but
 * lies about, `STRONGSWAN_CURL_PLUGIN` names its file.
 */
import { execFile, spawnSync } from "node:child_process"
import { createServer } from "node:http"
import { promisify } from "node:util"
import { authorityOf, identityOf, rsaKey } from "@espalier/testing/Pki"
import { Redacted, Result } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Certificate, Scep } from "../src/index.ts"
import { succeeded } from "./Messages.ts"
import { certificatesPem, keyPem, workshop } from "./Openssl.ts"

const plugin = process.env["STRONGSWAN_CURL_PLUGIN"]
const env = { ...process.env, ...(plugin === undefined ? {} : { LD_PRELOAD: plugin }) }

const probe = spawnSync("pki", ["--scepca", "--url", "http://127.0.0.1:1/"], { env, encoding: "utf8" })
const why =
  probe.error !== undefined ? "no pki" : /no capable fetcher/.test(probe.stderr) ? "pki has no HTTP plugin" : undefined

describe.skipIf(why !== undefined)(`strongSwan${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  const at = new Date()
  const ca = authorityOf("Authority", rsaKey(), at)
  const [key, nextKey] = [rsaKey(), rsaKey()]
  const shop = workshop()
  const challenge = "s3cret/challenge"
  const operations: Array<string> = []

  const answer = (message: Uint8Array): Uint8Array => {
    const received = Scep.receive(message, ca, new Date())
    if (Result.isFailure(received)) {
      const { transaction, failInfo } = received.failure
      return transaction === undefined ? new Uint8Array() : succeeded(Scep.failure(ca, transaction, failInfo))
    }
    const { _tag, request, transaction, cipher, digest } = received.success
    operations.push(`${_tag} ${cipher} ${digest}`)
    const permitted = request.challengePassword && Redacted.value(request.challengePassword) === challenge
    if (_tag === "PKCSReq" && !permitted) return succeeded(Scep.failure(ca, transaction, "badRequest"))
    const issued = Certificate.issue({ ...request, authority: ca, at: new Date(), days: 30 })
    return succeeded(Scep.success(ca, received.success, succeeded(issued)))
  }

  const server = createServer((incoming, outgoing) => {
    const query = new URL(incoming.url ?? "", "http://localhost").searchParams
    const send = (type: string, content: Uint8Array | string) => {
      outgoing.setHeader("content-type", type).end(content)
    }
    switch (query.get("operation")) {
      case "GetCACaps":
        return send(Scep.contentTypes.capabilities, Scep.capabilitiesText)
      case "GetCACert":
        return send(Scep.contentTypes.caCertificate, ca.certificate.der)
      default: {
        const chunks: Array<Uint8Array> = []
        incoming.on("data", (chunk) => chunks.push(chunk))
        incoming.on("end", () => send(Scep.contentTypes.message, answer(Buffer.concat(chunks))))
        return
      }
    }
  })
  let url = ""

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    url = `http://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}/scep`
    shop.write("ca.pem", certificatesPem(ca.certificate))
    shop.write("key.pem", keyPem(key))
    shop.write("next.pem", keyPem(nextKey))
  })
  afterAll(() => {
    server.close()
    server.closeAllConnections()
    shop.remove()
  })

  const pki = (...args: ReadonlyArray<string>) =>
    promisify(execFile)("pki", [...args], { cwd: shop.folder, env, encoding: "buffer", timeout: 15_000 })

  const enroll = async (...more: ReadonlyArray<string>) => {
    const trust = ["--cacert-enc", "ca.pem", "--cacert-sig", "ca.pem"]
    const { stdout } = await pki("--scep", "--url", url, "--dn", "O=Acme, CN=device", ...trust, ...more)
    return succeeded(Certificate.fromDer(stdout))
  }

  it("gets the authority's certificate", async () => {
    await pki("--scepca", "--url", url, "--caout", "got.der")
    expect(shop.read("got.der")).toEqual(ca.certificate.der)
  })

  it.each([
    { cipher: "aes", digest: "sha256", seen: "aes-128-cbc sha256" },
    { cipher: "des3", digest: "sha512", seen: "des-ede3-cbc sha512" },
  ])("enrolls with $cipher and $digest", async ({ cipher, digest, seen }) => {
    const issued = await enroll("--in", "key.pem", "--password", challenge, "--cipher", cipher, "--digest", digest)
    expect(operations.at(-1)).toBe(`PKCSReq ${seen}`)
    expect(issued.x509.checkPrivateKey(key)).toBe(true)
    expect(Certificate.subjectText(issued)).toBe("O=Acme\nCN=device")
    expect(Result.isSuccess(Certificate.verifyChain(issued, [], [ca.certificate], new Date()))).toBe(true)
  })

  it("renews", async () => {
    shop.write("old.pem", certificatesPem(identityOf(ca, key, { at }).certificate))
    const issued = await enroll("--in", "next.pem", "--cert", "old.pem", "--key", "key.pem")
    expect(operations.at(-1)).toMatch(/^RenewalReq/)
    expect(issued.x509.checkPrivateKey(nextKey)).toBe(true)
  })

  it("understands a failure", async () => {
    const error = await enroll("--in", "key.pem", "--password", "wrong").catch((error: unknown) => error)
    expect(error).toHaveProperty("stderr")
    expect(String(Object(error).stderr)).toMatch(/badRequest|failure|transaction not permitted/i)
  })
})
