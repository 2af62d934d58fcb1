/**
 * Three simulated devices, the same in every run: an iPhone, a Mac with two users, and a Shared iPad with two users.
 */
import { Plist } from "@espalier/plist"
import { type Command, Commands, Device } from "@espalier/simulator"
import { Effect } from "effect"

/**
 * A device and its users.
 *
 * @category models
 */
export interface Member {
  readonly device: Device.Device
  readonly users: ReadonlyArray<Device.User>
}

/**
 * The devices, not enrolled yet.
 *
 * @category constructors
 */
export const make = Effect.all({
  phone: member({ kind: "iPhone", seed: "phone", name: "Ada's iPhone" }),
  mac: member({ kind: "Mac", seed: "mac", name: "Ada's MacBook Pro" }, [
    { shortName: "ada", longName: "Ada Lovelace" },
    { shortName: "grace", longName: "Grace Hopper" },
  ]),
  pad: member({ kind: "SharedIPad", seed: "pad", name: "Classroom iPad" }, [
    { shortName: "mary@example.com" },
    { shortName: "dorothy@example.com" },
  ]),
})

function member(options: Device.Options, users: ReadonlyArray<Device.User> = []) {
  return Effect.map(
    Device.make({ ...options, commands: inUse(), retrying: true }),
    (device): Member => ({ device, users }),
  )
}

/** A device whose battery level is lower in each answer. */
function inUse(): Command.Table {
  const known = Commands.table["DeviceInformation"]
  if (known === undefined) return {}
  let asked = 0
  const later = (outcome: Command.Outcome): Command.Outcome => {
    if (outcome._tag !== "Done") return outcome
    const { QueryResponses: answers } = outcome.result
    if (answers === undefined || !Plist.isDictionary(answers) || !Object.hasOwn(answers, "BatteryLevel")) return outcome
    const BatteryLevel = Plist.real((96 - (asked++ % 16) * 5) / 100)
    return { ...outcome, result: { ...outcome.result, QueryResponses: { ...answers, BatteryLevel } } }
  }
  return { DeviceInformation: { ...known, execute: (command) => Effect.map(known.execute(command), later) } }
}
