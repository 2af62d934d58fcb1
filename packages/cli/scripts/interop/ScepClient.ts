/** A SCEP client that others wrote, as the checks use it, and a folder for its files. */
import { execFile, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"

/** One enrollment: with a challenge, or signed with a certificate and its key. Names are files of the workspace. */
export interface Request {
  readonly url: string
  /** The key to be certified, in PEM. */
  readonly key: string
  readonly challenge?: string
  readonly renews?: { readonly certificate: string; readonly key: string }
  readonly cipher: "aes" | "des3" | "des"
  readonly digest: "sha1" | "sha256" | "sha512"
  /** The file for the certificate, in PEM. */
  readonly out: string
}

/** The result of an operation; `why` is the client's last line. */
export type ClientResult = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string }

export interface ScepClient {
  readonly name: string
  /** Why it cannot be used here, `undefined` when it can. */
  readonly missing: () => string | undefined
  /** Gets the authority's certificate into `ca.pem`. */
  readonly authority: (workspace: Workspace, url: string) => Promise<ClientResult>
  /** Enrolls; a certificate of the key is success. */
  readonly enroll: (workspace: Workspace, request: Request) => Promise<ClientResult>
  /** Ciphers that it cannot use. */
  readonly lacks: ReadonlyArray<Request["cipher"]>
}

export interface Workspace {
  readonly folder: string
  readonly write: (name: string, content: string | Uint8Array) => void
  readonly run: (program: string, ...args: ReadonlyArray<string>) => Promise<ClientResult>
  readonly remove: () => void
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1)?.slice(0, 200) ?? ""

/** A folder that the client's programs run in. */
export const makeWorkspace = (): Workspace => {
  const folder = mkdtempSync(join(tmpdir(), "espalier-scep-"))
  return {
    folder,
    write: (name, content) => writeFileSync(join(folder, name), content),
    run: async (program, ...args) => {
      try {
        const { stdout } = await promisify(execFile)(program, args, {
          cwd: folder,
          timeout: 20_000,
          encoding: "latin1",
        })
        return { ok: true, text: stdout }
      } catch (error) {
        const { stderr, message } = { stderr: "", message: "", ...Object(error) }
        return { ok: false, why: lastLine(String(stderr) || String(message)) }
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Whether a program is installed. */
export const isInstalled = (program: string): boolean => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0

/** Fails unless the file is a certificate of the key. */
export const requireCertificate = async (
  workspace: Workspace,
  certificate: string,
  key: string,
): Promise<ClientResult> => {
  const own = await workspace.run("openssl", "x509", "-in", certificate, "-noout", "-pubkey")
  const wanted = await workspace.run("openssl", "pkey", "-in", key, "-pubout")
  if (!own.ok || !wanted.ok) return { ok: false, why: "not a certificate" }
  return own.text === wanted.text ? own : { ok: false, why: "a certificate of another key" }
}
