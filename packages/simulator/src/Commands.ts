/**
 * The commands of a simulated device: one entry for each `RequestType`. Add a command here, or in the
 * `commands` option of the device.
 *
 * While locked, Apple guarantees an answer to some commands only; iOS answers those that this table marks with `NotNow` when it
 * is unlocked.
 */
import { Certificate } from "@espalier/apple"
import type { Plist } from "@espalier/plist"
import { Effect, Ref } from "effect"
import type { Entry, Outcome, Table } from "./Command.ts"
import * as Command from "./Command.ts"
import * as Declarations from "./Declarations.ts"
import * as DeviceContext from "./DeviceContext.ts"
import * as DeviceInformation from "./DeviceInformation.ts"
import * as ProfileCommands from "./ProfileCommands.ts"
import type { SimulatorError } from "./SimulatorError.ts"
import type { State } from "./State.ts"
import * as Users from "./Users.ts"

type Execute = (command: Command.Command) => Effect.Effect<Outcome, SimulatorError>

const device = (execute: Execute): Entry => ({ channels: "device", whenLocked: "answers", execute })
const every = (execute: Execute): Entry => ({ channels: "every", whenLocked: "answers", execute })
const unlocked = (entry: Entry): Entry => ({ ...entry, whenLocked: "NotNow" })

const change = (context: DeviceContext.DeviceContext, part: Partial<State>) =>
  Ref.update(context.state, (state) => ({ ...state, ...part }))

const texts = (value: Plist.Value | undefined): ReadonlyArray<string> =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : []

const applications: ReadonlyArray<Plist.Dictionary> = [
  { Identifier: "com.apple.Pages", Name: "Pages", Version: "7245.7.3", ShortVersion: "14.3", BundleSize: 524_288_000 },
  { Identifier: "com.example.notes", Name: "Notes", Version: "41", ShortVersion: "2.1", BundleSize: 18_874_368 },
]

const certificateList: Execute = ({ context }) =>
  Effect.map(DeviceContext.enrollment(context), ({ identity }) =>
    Command.done({
      CertificateList:
        identity === undefined
          ? []
          : [
              {
                CommonName: Certificate.subjectText(identity.certificate).replace(/^[\s\S]*?CN=([^\n]*)[\s\S]*$/, "$1"),
                Data: identity.certificate.der,
                IsIdentity: true,
              },
            ],
    }),
  )

/**
 * Entries by `RequestType`.
 *
 * @category tables
 * @since 0.1.0
 */
export const table: Table = {
  CertificateList: every(certificateList),

  DeclarativeManagement: every(({ context, channel, payload }) => {
    const data = payload["Data"]
    if (data !== undefined && !(data instanceof Uint8Array)) return Effect.succeed(Command.malformed("Data"))
    return Effect.succeed(
      Command.done({}, Effect.as(Declarations.synchronise(context, channel, data), "continue" as const)),
    )
  }),

  DeviceConfigured: device(({ context }) =>
    Effect.as(change(context, { awaitingConfiguration: false }), Command.done()),
  ),

  DeviceInformation: device(({ context, payload }) =>
    Effect.map(Ref.get(context.state), (state) =>
      Command.done({
        QueryResponses: DeviceInformation.queryResponses(context.profile, state, texts(payload["Queries"])),
      }),
    ),
  ),

  DeviceLock: device(({ context }) =>
    Effect.succeed(
      Command.done(
        context.profile.kind === "Mac" ? {} : { MessageResult: "Success" },
        Effect.as(change(context, { locked: true }), "continue" as const),
      ),
    ),
  ),

  EraseDevice: device(({ context }) =>
    Effect.succeed(
      Command.done(
        {},
        DeviceContext.forget(context).pipe(
          Effect.andThen(change(context, { locked: false })),
          Effect.as("stop" as const),
        ),
      ),
    ),
  ),

  InstalledApplicationList: every(({ payload }) => {
    const wanted = texts(payload["Identifiers"])
    return Effect.succeed(
      Command.done({
        InstalledApplicationList: applications.filter(
          ({ Identifier }) => wanted.length === 0 || wanted.some((identifier) => identifier === Identifier),
        ),
      }),
    )
  }),

  InstallProfile: unlocked(every(ProfileCommands.install)),
  ProfileList: every(ProfileCommands.list),
  RemoveProfile: unlocked(every(ProfileCommands.remove)),

  // It is locked after the restart.
  RestartDevice: device(({ context }) =>
    Effect.succeed(Command.done({}, Effect.as(change(context, { locked: true }), "stop" as const))),
  ),

  SecurityInfo: device(({ context }) =>
    Effect.succeed(Command.done({ SecurityInfo: DeviceInformation.securityInfo(context.profile) })),
  ),

  UserList: device(({ context }) =>
    context.profile.kind === "iPhone"
      ? Effect.succeed(
          Command.failed(Command.link("MCMDMErrorDomain", 12021, "“UserList” is not a valid request type.")),
        )
      : Effect.map(Users.list(context), (users) => Command.done({ Users: users })),
  ),
}
