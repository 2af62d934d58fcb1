/** `sscep` (Debian: sscep), the client that many network devices' scripts use. */
import { isInstalled, requireCertificate, type ScepClient } from "./ScepClient.ts"

const ciphers = { aes: "aes256", des3: "3des", des: "des" } as const

export const sscep: ScepClient = {
  name: "sscep",
  lacks: [],
  missing: () => (isInstalled("sscep") ? undefined : "sscep is not installed"),
  authority: (workspace, url) => workspace.run("sscep", "getca", "-u", url, "-c", "ca.pem"),
  enroll: async (workspace, { url, key, challenge, renews, cipher, digest, out }) => {
    workspace.write(
      "request.cnf",
      `[req]\ndistinguished_name=name\nattributes=attributes\nprompt=no\n[name]\nO=Interop\nCN=sscep\n[attributes]\n${
        challenge === undefined ? "" : `challengePassword=${challenge}\n`
      }`,
    )
    const request = ["-new", "-key", key, "-config", "request.cnf", "-out", "request.pem"]
    const made = await workspace.run("openssl", "req", ...request)
    if (!made.ok) return made
    const got = await workspace.run(
      "sscep",
      "enroll",
      ...["-u", url, "-c", "ca.pem", "-k", key, "-r", "request.pem", "-l", out],
      ...["-E", ciphers[cipher], "-S", digest],
      ...(renews === undefined ? [] : ["-O", renews.certificate, "-K", renews.key]),
    )
    return got.ok ? await requireCertificate(workspace, out, key) : got
  },
}
