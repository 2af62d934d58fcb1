/**
 * The commands that have a form, as data: what each is about and what is to be filled in. All others are queued as JSON.
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
  readonly pattern?: { readonly matches: RegExp; readonly sentence: string }
}

/** Gives `{"$data": …}`. */
interface FileField extends FieldBase {
  readonly kind: "file"
  readonly accept: string
}

/** None chosen are all of them. */
interface ChoicesField extends FieldBase {
  readonly kind: "choices"
  readonly choices: ReadonlyArray<string>
}

export type Field = TextField | FileField | ChoicesField

export interface CommandForm {
  readonly requestType: string
  readonly about: string
  readonly fields: ReadonlyArray<Field>
  /** Asks for the device's name to be typed, and says what happens. */
  readonly danger?: string
}

const pin: TextField = {
  kind: "text",
  key: "PIN",
  label: "PIN",
  about: "Six digits; a Mac is unlocked with it afterwards. Other devices do not use it.",
  pattern: { matches: /^[0-9]{6}$/, sentence: "A PIN is six digits." },
}

export const commandForms: ReadonlyArray<CommandForm> = [
  {
    requestType: "DeviceInformation",
    about: "Asks the device about itself.",
    fields: [
      {
        kind: "choices",
        key: "Queries",
        label: "Questions",
        about: "All of them if none is chosen.",
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
    fields: [
      pin,
      { kind: "text", key: "Message", label: "Message", about: "Shown on the lock screen." },
      { kind: "text", key: "PhoneNumber", label: "Phone number", about: "Shown on the lock screen." },
    ],
  },
  { requestType: "RestartDevice", about: "Restarts the device.", fields: [] },
  { requestType: "ShutDownDevice", about: "Turns the device off. Somebody must turn it on again.", fields: [] },
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
  { requestType: "ProfileList", about: "Asks which profiles are installed.", fields: [] },
  { requestType: "InstalledApplicationList", about: "Asks which apps are installed.", fields: [] },
  { requestType: "SecurityInfo", about: "Asks about passcode, encryption and the like.", fields: [] },
  { requestType: "CertificateList", about: "Asks which certificates are installed.", fields: [] },
  {
    requestType: "EraseDevice",
    about: "Erases the device.",
    fields: [pin],
    danger: "Everything on the device is lost, and it is not managed any more.",
  },
]
