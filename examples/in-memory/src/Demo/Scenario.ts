/**
 * What happens in the demo: the simulated devices enroll and react to pushes, and every few seconds something happens to one of them, less and less
 * often, so that a sample product left running causes almost no load.
 */
import { CommandQueue, Wake } from "@espalier/devices"
import { Plist } from "@espalier/plist"
import type { SimulatorError } from "@espalier/simulator"
import { Duration, Effect, Result, Schedule, Stream } from "effect"
import * as DemoDeclarations from "./DemoDeclarations.ts"
import * as Fleet from "./Fleet.ts"

/** The pause between two events: at first, and at most. */
const pause = { first: "3 seconds", factor: 1.1, most: Duration.minutes(2) } as const

/**
 * Runs until the scope ends. `link`: where the devices enroll.
 *
 * @category running
 */
export const run = Effect.fnUntraced(function* (link: string) {
  const fleet = yield* Fleet.make
  const { wake, stream } = yield* Wake
  const commands = yield* CommandQueue
  const { phone, mac, pad } = fleet
  const all = [phone, mac, pad]

  const members = new Map(all.map((member) => [member.device.profile.udid, member]))
  yield* Stream.runForEach(stream, (udid) => {
    const member = members.get(udid)
    return member === undefined
      ? Effect.void
      : ignoreErrors(Effect.andThen(ensureEnrolled(member, link), member.device.wake()))
  }).pipe(Effect.forkScoped({ startImmediately: true }))

  const queue = (
    { device }: Fleet.Member,
    requestType: string,
    payload: Parameters<CommandQueue["Service"]["enqueue"]>[1]["payload"] = {},
  ) =>
    Effect.andThen(commands.enqueue({ udid: device.profile.udid }, { requestType, payload }), wake(device.profile.udid))
  const inform = (member: Fleet.Member) => queue(member, "DeviceInformation", { Queries: queries })

  yield* Effect.forEach(all, (member) => ignoreErrors(ensureEnrolled(member, link)), { discard: true })
  yield* DemoDeclarations.put(new URL(link).origin, mac.device.profile.udid)
  yield* Effect.forEach(all, inform, { discard: true })

  let turn = 0
  const events = [
    mac.device.lock(),
    queue(mac, "InstallProfile", { Payload: { $data: clock } }),
    ignoreErrors(mac.device.unlock()),
    ignoreErrors(login(pad, 1)),
    inform(phone),
    Effect.suspend(() => DemoDeclarations.change(6 + ((turn + 1) % 3))),
    queue(mac, "SecurityInfo"),
    ignoreErrors(mac.device.escrowBootstrapToken()),
    queue(phone, "InstalledApplicationList"),
    inform(pad),
    ignoreErrors(logout(pad, 1)),
    queue(phone, "UserList"),
    inform(mac),
  ]
  yield* Effect.suspend(() => events[turn++ % events.length] ?? Effect.void).pipe(
    Effect.schedule(
      Schedule.exponential(pause.first, pause.factor).pipe(
        Schedule.modifyDelay(({ duration }) => Effect.succeed(Duration.min(duration, pause.most))),
      ),
    ),
    Effect.forkScoped,
  )
})

/** Enrolls a device that is not enrolled or was erased, and logs its users in. */
const ensureEnrolled = Effect.fnUntraced(function* ({ device, users }: Fleet.Member, link: string) {
  if ((yield* device.pushTargets).length > 0) return
  yield* device.enroll(link)
  yield* Effect.forEach(users, (user) => device.login(user), { discard: true })
})

const login = ({ device, users }: Fleet.Member, index: number) => {
  const user = users[index]
  return user === undefined ? Effect.void : Effect.andThen(device.login(user), device.poll(user.shortName))
}

const logout = ({ device, users }: Fleet.Member, index: number) => {
  const user = users[index]
  return user === undefined ? Effect.void : device.logout(user.shortName)
}

/** Ignores errors: a device that is rejected or cannot reach the server tries again at its next event. */
const ignoreErrors = <A>(effect: Effect.Effect<A, SimulatorError>): Effect.Effect<void> =>
  effect.pipe(
    Effect.asVoid,
    Effect.catch((error) => Effect.logDebug(`a simulated device: ${error.message}`)),
  )

const queries = [
  ...["DeviceName", "SerialNumber", "ModelName", "ProductName", "OSVersion", "BuildVersion"],
  ...["DeviceCapacity", "AvailableDeviceCapacity", "BatteryLevel", "IsSupervised"],
]

/** A small configuration profile, base64. */
const clock = Buffer.from(
  Result.getOrThrow(
    Plist.toXml({
      PayloadType: "Configuration",
      PayloadVersion: 1,
      PayloadIdentifier: "com.example.clock",
      PayloadUUID: "5E6F7A80-1C2D-4E3F-9A0B-1C2D3E4F5A6B",
      PayloadContent: [],
    }),
  ),
).toString("base64")
