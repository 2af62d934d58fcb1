/** Devices for tests: in a scope, with keys from a pool, enrolled unless told otherwise. */
import { Effect, type Scope } from "effect"
import { Device, type SimulatorError } from "../src/index.ts"
import { newKey } from "./Authority.ts"
import { listen, type MdmServer } from "./MdmServer.ts"

/** A device that has not been touched. */
export const unboxed = (options: Partial<Device.Options> = {}): Effect.Effect<Device.Device, never, Scope.Scope> =>
  Device.make({ kind: "iPhone", seed: "test", newKey: newKey(), ...options })

/** A server, and a device that is enrolled with it. */
export const enrolled = (
  options: Partial<Device.Options> = {},
): Effect.Effect<{ readonly server: MdmServer; readonly device: Device.Device }, SimulatorError, Scope.Scope> =>
  Effect.gen(function* () {
    const server = yield* listen()
    const device = yield* unboxed(options)
    yield* device.enroll(`${server.url}/mdm/apple/enroll`)
    return { server, device }
  })

/** What a report operation, in a line. */
export const line = ({ requestType, status }: Device.Report): string => `${requestType} ${status}`
