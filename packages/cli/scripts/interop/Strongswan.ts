/** strongSwan's `pki` (Debian: strongswan-pki, and libstrongswan-extra-plugins for HTTP). */
import { spawnSync } from "node:child_process"
import { isInstalled, requireCertificate, type ScepClient } from "./ScepClient.ts"

export const strongswan: ScepClient = {
  name: "strongSwan pki",
  lacks: ["des"],
  missing: () => {
    if (!isInstalled("pki")) return "pki is not installed (strongswan-pki)"
    const probe = spawnSync("pki", ["--scepca", "--url", "http://127.0.0.1:1/"], { encoding: "utf8" })
    if (/unknown (command|operation)/i.test(probe.stderr)) return "this pki has no SCEP (5.9.8 or later)"
    return /no capable fetcher/.test(probe.stderr) ? "pki has no HTTP plugin (libstrongswan-extra-plugins)" : undefined
  },
  authority: async (workspace, url) => {
    const got = await workspace.run("pki", "--scepca", "--url", url, "--caout", "ca.der")
    return got.ok ? await workspace.run("openssl", "x509", "-inform", "DER", "-in", "ca.der", "-out", "ca.pem") : got
  },
  enroll: async (workspace, { url, key, challenge, renews, cipher, digest, out }) => {
    const got = await workspace.run(
      "pki",
      "--scep",
      ...["--url", url, "--dn", "O=Interop, CN=strongSwan", "--in", key],
      ...["--cacert-enc", "ca.pem", "--cacert-sig", "ca.pem"],
      ...["--cipher", cipher, "--digest", digest],
      ...(challenge === undefined ? [] : ["--password", challenge]),
      ...(renews === undefined ? [] : ["--cert", renews.certificate, "--key", renews.key]),
    )
    if (!got.ok) return got
    workspace.write(`${out}.der`, Buffer.from(got.text, "latin1"))
    const pem = await workspace.run("openssl", "x509", "-inform", "DER", "-in", `${out}.der`, "-out", out)
    return pem.ok ? await requireCertificate(workspace, out, key) : pem
  },
}
