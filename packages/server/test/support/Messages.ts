/** Messages as devices send them, as property list dictionaries. */
import type { Plist } from "@espalier/plist"

const bytes = (text: string) => new TextEncoder().encode(text)

export const udid = "00008110-000A4C2E3F80801E"
export const topic = "com.apple.mgmt.External.example"

export const authenticate = {
  MessageType: "Authenticate",
  UDID: udid,
  Topic: topic,
  SerialNumber: "C02XK1JUJGH5",
  Model: "MacBookPro18,3",
  ModelName: "MacBook Pro",
  DeviceName: "Ada’s Mac",
  ProductName: "MacBookPro18,3",
  OSVersion: "15.1",
  BuildVersion: "24B83",
  IMEI: "35 209900 176148 1",
  MEID: "A1000049D8E6F2",
}

export const tokenUpdate = {
  MessageType: "TokenUpdate",
  UDID: udid,
  Topic: topic,
  Token: bytes("push token"),
  PushMagic: "AD5F2C6B-6E4A-4C4E-9D0A-6B5B3C1B8C5E",
}

export const checkOut = { MessageType: "CheckOut", UDID: udid, Topic: topic }
export const setBootstrapToken = { MessageType: "SetBootstrapToken", UDID: udid, BootstrapToken: bytes("bootstrap") }
export const getBootstrapToken = { MessageType: "GetBootstrapToken", UDID: udid }
export const getToken = { MessageType: "GetToken", UDID: udid, TokenServiceType: "com.apple.maid" }
export const userAuthenticate = { MessageType: "UserAuthenticate", UDID: udid, UserID: "0E2B", UserShortName: "ada" }

/** What a device asks about its declarations. */
export const declarative = (endpoint: string, data?: string): Plist.Dictionary => ({
  MessageType: "DeclarativeManagement",
  UDID: udid,
  Endpoint: endpoint,
  ...(data === undefined ? {} : { Data: bytes(data) }),
})

export const idle = { Status: "Idle", UDID: udid }
export const acknowledged = { Status: "Acknowledged", UDID: udid, CommandUUID: "command-1" }
export const notNow = { Status: "NotNow", UDID: udid, CommandUUID: "command-1" }
