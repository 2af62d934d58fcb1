/**
 * The results of `DeviceInformation` and `SecurityInfo`. Source: Apple, "DeviceInformation", "SecurityInfo".
 *
 * A device leaves unknown queries out of its result; without `Queries` the result is empty.
 */
import { Plist } from "@espalier/plist"
import type { DeviceProfile } from "./DeviceProfile.ts"
import type { State } from "./State.ts"

const macOf = (bytes: Uint8Array): string =>
  Array.from([0x02, ...bytes.subarray(0, 5)], (byte) => byte.toString(16).padStart(2, "0")).join(":")

/** Every known query with its value; `undefined` for kinds of devices without it. */
const answers = (profile: DeviceProfile, state: State): { readonly [query: string]: Plist.Value | undefined } => {
  const mobile = profile.kind !== "Mac"
  return {
    UDID: profile.udid,
    SerialNumber: profile.serialNumber,
    DeviceName: profile.name,
    OSVersion: profile.osVersion,
    BuildVersion: profile.buildVersion,
    ModelName: profile.modelName,
    Model: profile.productName,
    ProductName: profile.productName,
    DeviceCapacity: Plist.real(128),
    AvailableDeviceCapacity: Plist.real(102.5),
    BatteryLevel: Plist.real(0.83),
    IsSupervised: true,
    IsMultiUser: profile.kind === "SharedIPad",
    IsActivationLockEnabled: false,
    AwaitingConfiguration: state.awaitingConfiguration,
    WiFiMAC: macOf(profile.derive("wifi")),
    BluetoothMAC: macOf(profile.derive("bluetooth")),
    IsMDMLostModeEnabled: mobile ? false : undefined,
    IsDeviceLocatorServiceEnabled: mobile ? false : undefined,
    IsCloudBackupEnabled: mobile ? false : undefined,
    CellularTechnology: profile.kind === "iPhone" ? 3 : 0,
    HostName: mobile ? undefined : `${profile.serialNumber.toLowerCase()}.local`,
    LocalHostName: mobile ? undefined : profile.serialNumber,
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
export const queryResponses = (
  profile: DeviceProfile,
  state: State,
  queries: ReadonlyArray<Plist.Value>,
): Plist.Dictionary => {
  const known = answers(profile, state)
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
export const securityInfo = (profile: DeviceProfile): Plist.Dictionary => ({
  PasscodePresent: true,
  PasscodeCompliant: true,
  PasscodeCompliantWithProfiles: true,
  ...(profile.kind === "Mac"
    ? {
        FDE_Enabled: true,
        FDE_HasPersonalRecoveryKey: false,
        FDE_HasInstitutionalRecoveryKey: false,
        SystemIntegrityProtectionEnabled: true,
        ManagementStatus: { EnrolledViaDEP: false, UserApprovedEnrollment: true, IsUserEnrollment: false },
      }
    : { HardwareEncryptionCaps: 3 }),
})
