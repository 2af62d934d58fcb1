/**
 * A small device management server, written by hand on node:http, with what a test needs to see and to spoil. It checks what a strict server
 * checks: the SCEP challenge, the signature over every message, and that the signer is who enrolled.
 */
import { randomUUID } from "node:crypto"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { createServer as createTlsServer } from "node:https"
import { TLSSocket } from "node:tls"
import {
  Certificate,
  type CheckIn,
  type CommandReport,
  DeclarativeManagement as Ddm,
  EnrollmentProfile,
  Identity,
  Message,
  Scep,
} from "@espalier/apple"
import { Plist } from "@espalier/plist"
import { Effect, Redacted, Result, type Scope } from "effect"
import { authority, tls } from "./Authority.ts"

type Incoming = CheckIn.CheckInMessage | CommandReport.CommandReport

/** A message that has arrived. */
export interface ReceivedRequest {
  /** `MessageType` (with the `Endpoint`) or `Status`. */
  readonly operation: string
  readonly channel: string
  readonly message: Incoming
  readonly signer: string | undefined
  readonly body: string
}

export interface Answer {
  readonly status?: number
  readonly headers?: { readonly [name: string]: string }
  readonly body?: string | Uint8Array
}

export interface ServedDeclaration {
  readonly kind: Ddm.DeclarationType
  readonly type: string
  readonly identifier: string
  readonly token: string
  readonly payload: { readonly [key: string]: unknown }
}

const readAll = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const xml = (value: Plist.Value): Answer => ({ body: Result.getOrThrow(Plist.toXml(value)) })
const json = (value: unknown): Answer => ({
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
})

const nameOf = (message: Incoming): string => {
  if ("Status" in message && typeof message.Status === "string") return message.Status
  if (message["MessageType"] === "DeclarativeManagement") return `DeclarativeManagement ${message["Endpoint"]}`
  return String(message["MessageType"])
}

const channelOf = (message: Incoming): string =>
  message.UserID === undefined ? "device" : `user:${message.UserShortName ?? message.UserID}`

/** A server, and everything a test can look at or set. */
export class MdmServer {
  url = ""
  readonly received: Array<ReceivedRequest> = []
  readonly scepHeard: Array<string> = []
  readonly requests: Array<{ readonly host: string | undefined; readonly path: string; readonly client: string }> = []
  readonly queues = new Map<string, Array<{ uuid: string; command: Plist.Dictionary }>>()
  readonly challenges = new Set<string>()
  readonly assets = new Map<string, Uint8Array>()
  declarations: ReadonlyArray<ServedDeclaration> = []
  declarationsToken = "tokens-0"
  bootstrapToken: Uint8Array | undefined
  requireSignature = true
  /** Sends a put-off command again in the same connection, as no server should. */
  repeats = false
  /** Answers instead of the server, after the message was received. */
  intercept: (received: ReceivedRequest) => Answer | undefined = () => undefined
  /** Answers the requests to a path instead of the server. */
  readonly routes = new Map<string, (request: IncomingMessage, body: Buffer) => Answer>()
  scepIntercept: (operation: string) => Answer | undefined = () => undefined
  editProfile: (profile: Plist.Dictionary) => Plist.Dictionary = (profile) => profile
  encodeProfile: (xml: string) => Uint8Array = (text) => Buffer.from(text)
  /** The name of every first certificate; as asked for unless given. */
  issueTo: Certificate.Subject | undefined
  pinned: string | undefined

  operation(channel = "device"): ReadonlyArray<string> {
    return this.received.filter((one) => one.channel === channel).map((one) => one.operation)
  }

  queue(requestType: string, payload: Plist.Dictionary = {}, channel = "device"): string {
    const uuid = randomUUID()
    const queue = this.queues.get(channel) ?? []
    queue.push({ uuid, command: { ...payload, RequestType: requestType } })
    this.queues.set(channel, queue)
    return uuid
  }

  report(uuid: string): CommandReport.CommandReport {
    const found = this.received.findLast(({ message }) => "CommandUUID" in message && message["CommandUUID"] === uuid)
    if (found === undefined || !("Status" in found.message)) throw new Error("no such report")
    return Result.getOrThrow(Message.commandReport({ ...found.message }))
  }

  profile(): Uint8Array {
    const challenge = randomUUID()
    this.challenges.add(challenge)
    const made = EnrollmentProfile.make({
      serverUrl: new URL(`${this.url}/mdm/apple/mdm`),
      topic: "com.apple.mgmt.External.test",
      organization: "Acme",
      displayName: "Acme management",
      scep: {
        url: new URL(`${this.url}/mdm/apple/scep`),
        challenge: Redacted.make(challenge),
        subject: [
          ["O", "Acme"],
          ["CN", "a device"],
        ],
        caFingerprint: Buffer.from(Certificate.fingerprint(authority.certificate), "hex"),
        retryDelay: 0,
      },
    })
    return this.encodeProfile(Result.getOrThrow(Plist.toXml(this.editProfile(made))))
  }

  private scep(operation: string, message: Uint8Array): Answer {
    const intercepted = this.scepIntercept(operation)
    if (intercepted !== undefined) return intercepted
    if (operation === "GetCACaps") return { body: Scep.capabilitiesText }
    if (operation === "GetCACert") return { body: authority.certificate.der }
    const at = new Date()
    const request = Result.getOrThrow(Scep.receive(message, authority, at))
    this.scepHeard.push(request._tag)
    const challenge = request.request.challengePassword
    if (
      request._tag === "PKCSReq" &&
      !this.challenges.delete(challenge === undefined ? "" : Redacted.value(challenge))
    ) {
      return { body: Result.getOrThrow(Scep.failure(authority, request.transaction, "badRequest")) }
    }
    const { publicKey } = request.request
    const subject = (request._tag === "PKCSReq" ? this.issueTo : undefined) ?? request.request.subject
    const issued = Result.getOrThrow(Certificate.issue({ authority, publicKey, subject, at, days: 10 }))
    if (request._tag === "RenewalReq") this.pinned = Certificate.fingerprint(issued)
    return { body: Result.getOrThrow(Scep.success(authority, request, issued)) }
  }

  private declarative(endpoint: string): Answer {
    const asked = Ddm.parseEndpoint(endpoint)
    const items = (kind: Ddm.DeclarationType) =>
      this.declarations
        .filter((one) => one.kind === kind)
        .map(({ identifier, token }) => ({ Identifier: identifier, ServerToken: token }))
    switch (asked._tag) {
      case "Tokens":
        return json(Ddm.syncTokens(this.declarationsToken, new Date()))
      case "DeclarationItems":
        return json({
          Declarations: {
            Activations: items("activation"),
            Assets: items("asset"),
            Configurations: items("configuration"),
            Management: items("management"),
          },
          DeclarationsToken: this.declarationsToken,
        })
      case "Declaration": {
        const found = this.declarations.find((one) => one.kind === asked.type && one.identifier === asked.identifier)
        if (found === undefined) return { status: 404 }
        const { type: Type, identifier: Identifier, token: ServerToken, payload: Payload } = found
        return json({ Type, Identifier, ServerToken, Payload })
      }
      case "Status":
        return {}
      case "Unknown":
        return { status: 400 }
    }
  }

  private mdm(request: IncomingMessage, body: Buffer): Answer {
    const isCheckIn = request.headers["content-type"] === "application/x-apple-aspen-mdm-checkin"
    const message = Result.getOrThrow<Incoming, unknown>(
      isCheckIn ? Message.decodeCheckIn(body) : Message.decodeCommandReport(body),
    )
    const signature = request.headers["mdm-signature"]
    const signer =
      typeof signature === "string"
        ? Certificate.fingerprint(Result.getOrThrow(Identity.fromMdmSignature(signature, body)).certificate)
        : undefined
    const received = { operation: nameOf(message), channel: channelOf(message), message, signer, body: body.toString() }
    this.received.push(received)
    if (message["MessageType"] === "Authenticate") this.pinned = signer
    if (this.requireSignature && (signer === undefined || signer !== this.pinned)) return { status: 403 }
    return this.intercept(received) ?? this.respond(received)
  }

  private respond({ message, channel }: ReceivedRequest): Answer {
    switch (message["MessageType"]) {
      case "DeclarativeManagement":
        return this.declarative(String(message["Endpoint"]))
      case "SetBootstrapToken": {
        const token = message["BootstrapToken"]
        this.bootstrapToken = token instanceof Uint8Array ? token : undefined
        return {}
      }
      case "GetBootstrapToken":
        return this.bootstrapToken === undefined ? {} : xml({ BootstrapToken: this.bootstrapToken })
      case "GetToken":
        return xml({ TokenData: Buffer.from(`token for ${String(message["TokenServiceType"])}`) })
    }
    if (!("Status" in message)) return {}
    const queue = this.queues.get(channel) ?? []
    const uuid = message["CommandUUID"]
    if (message["Status"] !== "Idle") {
      const index = queue.findIndex((one) => one.uuid === uuid)
      const keep = message["Status"] === "NotNow"
      if (index !== -1 && !keep) queue.splice(index, 1)
      if (keep && !this.repeats) return {}
    }
    const next = queue[0]
    return next === undefined ? {} : xml({ CommandUUID: next.uuid, Command: next.command })
  }

  private async answer(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? "/", "http://any.example")
    const body = await readAll(request)
    const { socket } = request
    const client =
      socket instanceof TLSSocket ? (socket.getPeerX509Certificate()?.subject ?? "no certificate") : "plain"
    this.requests.push({ host: request.headers.host, path: url.pathname, client })
    const route = this.routes.get(url.pathname)
    if (route !== undefined) return route(request, body)
    if (url.pathname === "/mdm/apple/enroll") {
      return { headers: { "content-type": EnrollmentProfile.contentType }, body: this.profile() }
    }
    if (url.pathname === "/elsewhere") return { status: 302, headers: { location: "/mdm/apple/enroll" } }
    if (url.pathname === "/mdm/apple/scep") return this.scep(url.searchParams.get("operation") ?? "", body)
    if (url.pathname === "/mdm/apple/mdm" && request.method === "PUT") return this.mdm(request, body)
    const asset = this.assets.get(url.pathname.replace(/^.*\/assets\//, ""))
    return asset === undefined ? { status: 404 } : { body: asset }
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    this.answer(request).then(
      ({ status = 200, headers = {}, body = "" }) => response.writeHead(status, headers).end(body),
      () => response.writeHead(400).end(),
    )
  }
}

/** Listens on a port of its own, until the scope closes. */
export const listen = (
  options: { readonly secure?: boolean; readonly as?: MdmServer } = {},
): Effect.Effect<MdmServer, never, Scope.Scope> =>
  Effect.gen(function* () {
    const server = options.as ?? new MdmServer()
    const listener = options.secure
      ? createTlsServer(
          {
            cert: tls.certificate,
            key: tls.key.export({ type: "pkcs8", format: "pem" }),
            requestCert: true,
            rejectUnauthorized: false,
          },
          server.handle,
        )
      : createServer(server.handle)
    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) => void listener.listen(0, "localhost", () => resume(Effect.void))),
      () =>
        Effect.callback<void>((resume) => {
          listener.close(() => resume(Effect.void))
          listener.closeAllConnections()
        }),
    )
    const address = listener.address()
    const port = typeof address === "object" ? address?.port : undefined
    server.url = `${options.secure ? "https" : "http"}://localhost:${port}`
    return server
  })
