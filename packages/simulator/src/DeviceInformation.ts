/**
 * What a device answers to `DeviceInformation` and `SecurityInfo`. Source: Apple, "DeviceInformation", "SecurityInfo".
 *
 * Queries that a device does not know it leaves out of the answer; no `Queries` at all asks for nothing.
 */
import { Plist } from "@espalier/plist"
import type { Facts } from "./Facts.ts"
import type { State } from "./State.ts"

const macOf = (bytes: Uint8Array): string =>
  Array.from([0x02, ...bytes.subarray(0, 5)], (byte) => byte.toString(16).padStart(2, "0")).join(":")

/** Every query that is known, with its answer; `undefined` on kinds that lack it. */
const answers = (facts: Facts, state: State): { readonly [query: string]: Plist.Value | undefined } => {
  const mobile = facts.kind !== "Mac"
  return {
    UDID: facts.udid,
    SerialNumber: facts.serialNumber,
    DeviceName: facts.name,
    OSVersion: facts.osVersion,
    BuildVersion: facts.buildVersion,
    ModelName: facts.modelName,
    Model: facts.productName,
    ProductName: facts.productName,
    DeviceCapacity: Plist.real(128),
    AvailableDeviceCapacity: Plist.real(102.5),
    BatteryLevel: Plist.real(0.83),
    IsSupervised: true,
    IsMultiUser: facts.kind === "SharedIPad",
    IsActivationLockEnabled: false,
    AwaitingConfiguration: state.awaitingConfiguration,
    WiFiMAC: macOf(facts.derive("wifi")),
    BluetoothMAC: macOf(facts.derive("bluetooth")),
    IsMDMLostModeEnabled: mobile ? false : undefined,
    IsDeviceLocatorServiceEnabled: mobile ? false : undefined,
    IsCloudBackupEnabled: mobile ? false : undefined,
    CellularTechnology: facts.kind === "iPhone" ? 3 : 0,
    HostName: mobile ? undefined : `${facts.serialNumber.toLowerCase()}.local`,
    LocalHostName: mobile ? undefined : facts.serialNumber,
    IsAppleSilicon: mobile ? undefined : true,
    SupportsLOMDevice: mobile ? undefined : false,
  }
}

/**
 * `QueryResponses` to these `Queries`.
 *
 * @category answers
 * @since 0.1.0
 */
export const queryResponses = (facts: Facts, state: State, queries: ReadonlyArray<Plist.Value>): Plist.Dictionary => {
  const known = answers(facts, state)
  const out: { [query: string]: Plist.Value } = {}
  for (const query of queries) {
    if (typeof query !== "string" || !Object.hasOwn(known, query)) continue
    const answer = known[query]
    if (answer !== undefined) out[query] = answer
  }
  return out
}

/**
 * `SecurityInfo`.
 *
 * @category answers
 * @since 0.1.0
 */
export const securityInfo = (facts: Facts): Plist.Dictionary => ({
  PasscodePresent: true,
  PasscodeCompliant: true,
  PasscodeCompliantWithProfiles: true,
  ...(facts.kind === "Mac"
    ? {
        FDE_Enabled: true,
        FDE_HasPersonalRecoveryKey: false,
        FDE_HasInstitutionalRecoveryKey: false,
        SystemIntegrityProtectionEnabled: true,
        ManagementStatus: { EnrolledViaDEP: false, UserApprovedEnrollment: true, IsUserEnrollment: false },
      }
    : { HardwareEncryptionCaps: 3 }),
})
