/**
 * The commands with a form, as data: a description and fields. All others are queued as JSON.
 *
 * @see https://developer.apple.com/documentation/devicemanagement/commands-and-queries
 */
interface FieldBase {
  /** Apple's key in the command. */
  readonly key: string
  readonly label: string
  readonly about?: string
}

interface TextField extends FieldBase {
  readonly kind: "text"
  readonly required?: boolean
  readonly pattern?: { readonly matches: RegExp; readonly message: string }
}

/** Becomes `{"$data": …}`. */
interface FileField extends FieldBase {
  readonly kind: "file"
  readonly accept: string
}

/** No selection means all of them. */
interface ChoicesField extends FieldBase {
  readonly kind: "choices"
  readonly choices: ReadonlyArray<string>
}

export type Field = TextField | FileField | ChoicesField

export interface CommandForm {
  readonly requestType: string
  readonly about: string
  readonly fields: ReadonlyArray<Field>
  /** Asked before the command is queued, for commands that disturb the person who uses the device. */
  readonly question?: string
  /** The consequences. The person must type the device's name to confirm. */
  readonly danger?: string
}

const pin: TextField = {
  kind: "text",
  key: "PIN",
  label: "PIN",
  about: "Six digits. A Mac is unlocked with it afterwards; other devices ignore it.",
  pattern: { matches: /^[0-9]{6}$/, message: "Enter six digits." },
}

export const commandForms: ReadonlyArray<CommandForm> = [
  {
    requestType: "DeviceInformation",
    about: "Requests information about the device.",
    fields: [
      {
        kind: "choices",
        key: "Queries",
        label: "Queries",
        about: "All queries if none is selected.",
        choices: [
          "DeviceName",
          "OSVersion",
          "BuildVersion",
          "ModelName",
          "Model",
          "ProductName",
          "SerialNumber",
          "UDID",
          "DeviceCapacity",
          "AvailableDeviceCapacity",
          "BatteryLevel",
          "IsSupervised",
          "WiFiMAC",
        ],
      },
    ],
  },
  {
    requestType: "DeviceLock",
    about: "Locks the screen.",
    question: "Lock this device now?",
    fields: [
      pin,
      { kind: "text", key: "Message", label: "Message", about: "Shown on the lock screen." },
      { kind: "text", key: "PhoneNumber", label: "Phone number", about: "Shown on the lock screen." },
    ],
  },
  { requestType: "RestartDevice", about: "Restarts the device.", fields: [], question: "Restart this device now?" },
  {
    requestType: "ShutDownDevice",
    about: "Turns the device off. It must be turned on manually.",
    fields: [],
    question: "Shut down this device now? It must be turned on manually.",
  },
  {
    requestType: "InstallProfile",
    about: "Installs a configuration profile.",
    fields: [
      { kind: "file", key: "Payload", label: "Profile", about: "A .mobileconfig file.", accept: ".mobileconfig" },
    ],
  },
  {
    requestType: "RemoveProfile",
    about: "Removes a configuration profile.",
    fields: [
      {
        kind: "text",
        key: "Identifier",
        label: "Identifier",
        about: "The profile's PayloadIdentifier.",
        required: true,
      },
    ],
  },
  { requestType: "ProfileList", about: "Lists installed profiles.", fields: [] },
  { requestType: "InstalledApplicationList", about: "Lists installed apps.", fields: [] },
  {
    requestType: "SecurityInfo",
    about: "Requests the state of passcode, encryption and other security features.",
    fields: [],
  },
  { requestType: "CertificateList", about: "Lists installed certificates.", fields: [] },
  {
    requestType: "EraseDevice",
    about: "Erases the device.",
    fields: [pin],
    danger: "Deletes all data on the device and ends its management.",
  },
]
