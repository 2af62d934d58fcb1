/**
 * The devices and their users: what they said of themselves, and whether they are still managed.
 *
 * A life is `Authenticate` (enrolling) → `TokenUpdate` (enrolled) → `CheckOut` (checkedOut); an `Authenticate` begins a new
 * one, in which the users have to show up again. A device that checked out is kept to be looked at, but is no longer known to the
 * webhooks. Stored values are immutable and replaced whole, so a reader never sees half a change.
 */
import type { Device, User } from "@espalier/dashboard/devices-api"
import { type Event, type PropertyListDictionary, type Scope, UnknownDevice, type UserScope } from "@espalier/schema"
import { Context, DateTime, Effect, Layer, Struct } from "effect"
import * as Channel from "./Channel.ts"

/**
 * A device and its life: every `Authenticate` begins another.
 *
 * @category models
 */
export interface ManagedDevice extends Device {
  readonly life: string
}

type EventOf<Tag extends Event["_tag"]> = Extract<Event, { readonly _tag: Tag }>

/**
 * Who is managed.
 *
 * @category services
 */
export class Devices extends Context.Service<
  Devices,
  {
    /** A channel begins a new life. A user can only do so on a known device. */
    readonly authenticate: (event: EventOf<"Authenticate">, scope: Scope) => Effect.Effect<void, UnknownDevice>
    /** A channel can be pushed to; a user's first one makes the user known. */
    readonly tokenUpdate: (event: EventOf<"TokenUpdate">, scope: Scope) => Effect.Effect<void, UnknownDevice>
    /** A channel left; a device takes its users with it. Saying so twice is fine. */
    readonly checkOut: (scope: Scope) => Effect.Effect<void, UnknownDevice>
    /** Notes that a managed channel was heard from. */
    readonly seen: (scope: Scope) => Effect.Effect<Channel.Channel, UnknownDevice>
    /** Fails unless the channel is managed. */
    readonly managed: (channel: Channel.Channel) => Effect.Effect<Channel.Channel, UnknownDevice>
    /** Notes what a device answered to `DeviceInformation`; what it was not asked stays as it was. */
    readonly inform: (udid: string, information: PropertyListDictionary) => Effect.Effect<void, UnknownDevice>
    /** A device, also one that checked out. */
    readonly get: (udid: string) => Effect.Effect<ManagedDevice, UnknownDevice>
    readonly list: Effect.Effect<ReadonlyArray<ManagedDevice>>
  }
>()("@espalier/example-in-memory/Devices") {
  static readonly layer = Layer.sync(Devices, () => {
    const devices = new Map<string, ManagedDevice>()

    /** Replaces the channel's part of a known device by what `change` makes of it. */
    const update = (
      scope: Scope,
      change: {
        readonly device: (device: ManagedDevice) => ManagedDevice
        readonly user: (user: User | undefined, scope: UserScope) => User | undefined
      },
    ): Effect.Effect<void, UnknownDevice> =>
      Effect.suspend(() => {
        const device = devices.get(scope.udid)
        if (device === undefined) return unknown
        if (scope._tag === "device") {
          devices.set(scope.udid, change.device(device))
          return Effect.void
        }
        const index = device.users.findIndex((user) => Channel.userKey(user) === Channel.userKey(scope))
        const user = isManaged(device) ? change.user(device.users[index], scope) : undefined
        if (user === undefined) return unknown
        devices.set(scope.udid, {
          ...device,
          users: index === -1 ? [...device.users, user] : device.users.with(index, user),
        })
        return Effect.void
      })

    const get = (udid: string) =>
      Effect.suspend(() => {
        const device = devices.get(udid)
        return device === undefined ? unknown : Effect.succeed(device)
      })

    const managed = (channel: Channel.Channel) =>
      Effect.flatMap(get(channel.udid), (device) => {
        const isKnown =
          channel.userId === undefined ||
          device.users.some((user) => Channel.userKey(user) === Channel.userKey(channel) && isManaged(user))
        return isManaged(device) && isKnown ? Effect.succeed(channel) : unknown
      })

    return Devices.of({
      authenticate: Effect.fn("Devices.authenticate")(function* ({ _tag, ...about }, scope) {
        const lastSeen = yield* DateTime.now
        if (scope._tag === "user") {
          return yield* update(scope, {
            device: (device) => device,
            user: (_, scope) => ({ ...nameOf(scope), status: "enrolling", lastSeen }),
          })
        }
        devices.set(scope.udid, {
          udid: scope.udid,
          life: crypto.randomUUID(),
          enrollmentKind: scope.enrollmentKind ?? "device",
          mdmOrigin: scope.mdmOrigin.url,
          about,
          awaitingConfiguration: false,
          status: "enrolling",
          lastSeen,
          users: [],
        })
      }),

      tokenUpdate: Effect.fn("Devices.tokenUpdate")(function* (event, scope) {
        const lastSeen = yield* DateTime.now
        const push = Struct.pick(event, ["pushToken", "pushMagic", "topic"])
        if (scope._tag === "device") yield* managed(Channel.ofScope(scope))
        yield* update(scope, {
          device: (device) => ({
            ...device,
            status: "enrolled",
            push,
            awaitingConfiguration: event.awaitingConfiguration ?? false,
            mdmOrigin: scope.mdmOrigin.url,
            lastSeen,
          }),
          user: (_, scope) => ({ ...nameOf(scope), status: "enrolled", push, lastSeen }),
        })
      }),

      checkOut: Effect.fn("Devices.checkOut")(function* (scope) {
        const lastSeen = yield* DateTime.now
        const left = { status: "checkedOut", lastSeen } as const
        yield* update(scope, {
          device: (device) => ({ ...device, ...left, users: device.users.map((user) => ({ ...user, ...left })) }),
          user: (user) => user && { ...user, ...left },
        })
      }),

      seen: Effect.fn("Devices.seen")(function* (scope) {
        const lastSeen = yield* DateTime.now
        const channel = yield* managed(Channel.ofScope(scope))
        yield* update(scope, {
          device: (device) => ({ ...device, lastSeen }),
          user: (user) => user && { ...user, lastSeen },
        })
        return channel
      }),

      inform: (udid, information) =>
        Effect.map(get(udid), (device) => {
          devices.set(udid, { ...device, information: { ...device.information, ...information } })
        }),

      managed,
      get,
      list: Effect.sync(() => [...devices.values()]),
    })
  })
}

const isManaged = ({ status }: Device | User) => status !== "checkedOut"

const nameOf = ({ userId, userShortName }: UserScope) => ({
  userId,
  ...(userShortName === undefined ? {} : { userShortName }),
})

const unknown = Effect.fail(new UnknownDevice({ message: "No such device or user is managed here" }))
