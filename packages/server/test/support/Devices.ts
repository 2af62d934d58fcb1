/** Devices with identities: certificates that the tests' authority, or somebody else, has issued, and messages signed with them. */
import { randomUUID } from "node:crypto"
import { type Certificate, Identity, Scep } from "@espalier/apple"
import type { Plist } from "@espalier/plist"
import { authorityOf, identityOf, rsaKey } from "@espalier/testing/Pki"
import { Effect, Redacted, Result } from "effect"
import * as SignedToken from "../../src/Enrollment/SignedToken.ts"
import { Authority } from "../../src/index.ts"
import * as Whitelabel from "./Whitelabel.ts"

/** When the tests run: the server asks the real clock. */
export const now = new Date()
export const inDays = (days: number): Date => new Date(now.getTime() + days * 86_400_000)

/** The authority of the server under test. */
export const authority: Certificate.KeyedCertificate = await Effect.runPromise(
  Effect.provide(Authority, Authority.layer(Whitelabel.defaults.dataDirectory)),
)

/** Keys take a while to make: all identities have the first unless the key is the point. */
export const [key, otherKey] = [rsaKey(), rsaKey()]

/** Somebody else's authority, of the same name. */
export const stranger = authorityOf("Espalier device authority", rsaKey(), now)

type Issued = { readonly by?: Certificate.KeyedCertificate; readonly at?: Date; readonly days?: number }

/** An identity that the server's authority has issued today, for a year. */
export const identity = ({ by = authority, ...options }: Issued = {}): Certificate.KeyedCertificate =>
  identityOf(by, key, { at: now, ...options })

/** `Mdm-Signature` over a body. */
export const signature = (body: string, by: Certificate.KeyedCertificate): string =>
  Result.getOrThrow(Identity.toMdmSignature(new TextEncoder().encode(body), by))

/** A device says something on the check-in channel, with these headers. */
export const put = (server: Whitelabel.Whitelabel, body: string, headers: { readonly [name: string]: string } = {}) =>
  Whitelabel.ask(server, {
    method: "PUT",
    path: "/mdm/apple/mdm",
    headers: { "content-type": Whitelabel.checkInType, ...headers },
    body,
  })

/** A device says something, signed. */
export const say = (server: Whitelabel.Whitelabel, message: Plist.Dictionary, by: Certificate.KeyedCertificate) => {
  const body = Whitelabel.xml(message)
  return put(server, body, { "mdm-signature": signature(body, by) })
}

export const challenges = SignedToken.make(authority.privateKey, "scep-challenge")
export const tokens = SignedToken.make(authority.privateKey, "enrollment-token")

/** Unix seconds, so many from now. */
export const seconds = (from: number): number => Math.floor(Date.now() / 1000) + from

/** Claims of a token that counts for an hour, under an id of its own. */
export const claims = (more: Partial<SignedToken.Claims> = {}): SignedToken.Claims => ({
  id: randomUUID(),
  expiresAt: seconds(3600),
  ...more,
})

const subject = { commonName: "Device Identity" }

/** A first request for a certificate, as a device makes it. */
export const firstRequest = (challenge: string | undefined, privateKey = key): Scep.Pending =>
  Result.getOrThrow(
    Scep.pkcsReq({
      privateKey,
      subject,
      authority: authority.certificate,
      at: now,
      ...(challenge === undefined ? {} : { challengePassword: Redacted.make(challenge) }),
    }),
  )

/** A request for the next certificate. */
export const renewal = (present: Certificate.KeyedCertificate, privateKey = key): Scep.Pending =>
  Result.getOrThrow(Scep.renewalReq({ privateKey, subject, authority: authority.certificate, present }))

/** Sends a message to the SCEP route. */
export const operate = (server: Whitelabel.Whitelabel, message: Uint8Array) =>
  Whitelabel.ask(server, { method: "POST", path: "/mdm/apple/scep?operation=PKIOperation", body: message })

/** Sends a request, and reads what the authority answers. */
export const ask = (server: Whitelabel.Whitelabel, pending: Scep.Pending) =>
  Effect.map(operate(server, pending.message), (answer) => {
    if (answer.status !== 200) throw new Error(`SCEP answered ${answer.status}`)
    return Result.getOrThrow(Scep.readCertRep(answer.bytes, pending))
  })

/** The same where a certificate must come: the identity with it. */
export const obtain = (server: Whitelabel.Whitelabel, pending: Scep.Pending) =>
  Effect.map(ask(server, pending), (reply): Certificate.KeyedCertificate => {
    if (reply._tag !== "Success") throw new Error(`SCEP said ${JSON.stringify(reply)}`)
    return { certificate: reply.certificate, privateKey: pending.privateKey }
  })
