/**
 * Notification events: every payload of the documentation decodes and re-encodes to the same JSON, both spellings decode, and a platform that
 * differs from its device member neither compiles nor decodes.
 */

import { describe, expect, it } from "@effect/vitest"
import { options } from "@espalier/testing/Property"
import { Effect, Schema } from "effect"
import {
  type DeviceEnrolled,
  Integration,
  NotificationEvent,
  type NotificationEventOf,
  SubscriptionName,
  Subscriptions,
  subscriptionOf,
} from "../src/index.ts"

/** Copied from the documentation, character by character. */
const documented = {
  enrollment_token_created: `{
  "action": "emm_enrollment_token_created",
  "sendEmail": true,
  "enrollmentToken": {
    "type": "Fully Managed"
  },
  "mdmUser": {
    "id": {
      "id": "5e9099ee4da32b180204770e",
      "email": "[email protected]"
    },
    "email": "[email protected]",
    "url": "https://dashboard.applivery.io/test/mdm/users/5e9099ee4da32r180204770e"
  },
  "organization": {
    "id": "5d4d1391cd523c15f50df235",
    "name": "Applivery Test",
    "url": "https://dashboard.applivery.io/test"
  }
}`,
  device_enrolled: `{
  "action": "emm_device_enrolled",
  "organization": {
    "id": "5d4d1391cd523c15f50df235",
    "name": "Applivery Test",
    "url": "https://dashboard.applivery.io/test"
  },
  "emmDevice": {
    "type": "Fully Managed",
    "url": "https://dashboard.applivery.io/test/mdm/users/5e9099ee4da32b180204770e?id=5f634c11034824062256e38c"
  },
  "mdmUser": {
    "id": "5e9099ee4da32b180204770e",
    "email": "[email protected]",
    "url": "https://dashboard.applivery.io/test/mdm/users/5e9099ee4da32b180204770e"
  }
}`,
  device_added_mdm_user: `{
  "action": "win_device_added_mdm_user",
  "organization": {
    "id": "5c34ec7810399b6cc062a04a",
    "name": "Applivery Test",
    "url": "https://dashboard.applivery.io/test"
  },
  "winDevice": {
    "productName": "",
    "url": "https://dashboard.applivery.io/test/mdm/users/65f83a5e4ecbfd693b7486d6?id=66d05845114a9509d18e7266"
  },
  "mdmUser": {
    "id": "65f83a5e4ecbfd693b7486d6",
    "email": "[email protected]",
    "url": "https://dashboard.applivery.io/test/mdm/users/65f83a5e4ecbfd693b7486d6"
  },
  "trigger": "deviceUpdate"
}`,
  apple_push_certification_renovation: `{
  "action": "apple_push_certification_renovation",
  "organization": {
    "id": "5d4d1391cd523c15f50df235",
    "name": "Applivery Test",
    "url": "https://dashboard.applivery.io/test"
  },
  "numDays": "5",
  "appleId": "[email protected]"
}`,
  inventory_item: `{
  "action": "A new InventoryItem is being registered",
  "subAction": "created",
  "organization": {
    "id": "5d4d1391cd523c15f50df235",
    "name": "Applivery Test",
    "url": "https://dashboard.applivery.io/test"
  },
  "inventoryItem": {
    "id": "62bd71d980df8b001b085ceb",
    "type": "monitor",
    "members": {
      "type": "mdmUser",
      "memberId": "6241d3d804e388001b3c605c",
      "email": "[email protected]"
    },
    "metadata": {}
  }
}`,
} as const satisfies Record<SubscriptionName, string>

const decode = Schema.decodeUnknownSync(NotificationEvent)
const decodes = Schema.is(Schema.toEncoded(NotificationEvent))
const encode = Schema.encodeSync(NotificationEvent)
const jsonOf = (name: SubscriptionName): { readonly [key: string]: unknown } => JSON.parse(documented[name])

describe.each(SubscriptionName.literals)("%s", (name) => {
  it("re-encodes to the documented JSON, with its members in the documented order", () => {
    const event = decode(jsonOf(name))
    expect(JSON.stringify(encode(event), null, 2)).toBe(documented[name])
    expect(subscriptionOf(event)).toBe(name)
  })

  it("does not decode when a member is missing", () => {
    for (const key of Object.keys(jsonOf(name))) {
      const { [key]: _, ...rest } = jsonOf(name)
      expect(() => decode(rest), key).toThrow()
    }
  })

  it("ignores unknown members", () => {
    const event = decode({ ...jsonOf(name), later: true })
    expect(encode(event)).toStrictEqual(jsonOf(name))
  })
})

it.effect.prop(
  "value → JSON → value",
  [NotificationEvent],
  ([event]) =>
    Effect.gen(function* () {
      const wire: unknown = JSON.parse(JSON.stringify(yield* Schema.encodeEffect(NotificationEvent)(event)))
      const decoded = yield* Schema.decodeUnknownEffect(NotificationEvent)(wire)
      expect(JSON.parse(JSON.stringify(decoded))).toStrictEqual(wire)
      expect(subscriptionOf(decoded)).toBe(subscriptionOf(event))
    }),
  options(),
)

describe("action", () => {
  it.each([
    ["emm_enrollment-token_created", "emm_enrollment_token_created"],
    ["win_enrollment-token_created", "win_enrollment_token_created"],
    ["adm_enrollment-token_created", "adm_enrollment_token_created"],
    ["adm_enrollment_token_created", "adm_enrollment_token_created"],
  ])("%s decodes, %s is encoded", (read, written) => {
    const event = decode({ ...jsonOf("enrollment_token_created"), action: read })
    expect(event.action).toBe(written)
    expect(encode(event).action).toBe(written)
  })

  it.each(["A new InventoryItem created", "A new InventoryItem is being registered"])("%s decodes", (action) => {
    expect(encode(decode({ ...jsonOf("inventory_item"), action })).action).toBe(
      "A new InventoryItem is being registered",
    )
  })

  it.each(["ios_enrollment_token_created", "enrollment_token_created", "emm_device_removed", "emm", ""])(
    "%j does not decode",
    (action) => {
      for (const name of SubscriptionName.literals) expect(decodes({ ...jsonOf(name), action }), name).toBe(false)
    },
  )

  it.each(["emm", "win", "adm"])("%s decodes only with its own device member", (platform) => {
    const { emmDevice, ...rest } = jsonOf("device_enrolled")
    for (const member of ["emm", "win", "adm"]) {
      const event = { ...rest, action: `${platform}_device_enrolled`, [`${member}Device`]: emmDevice }
      expect(decodes(event), member).toBe(member === platform)
    }
  })
})

it.each(["-1", "5.0", "05", "five", "", 5])("rejects numDays %j", (numDays) => {
  expect(() => decode({ ...jsonOf("apple_push_certification_renovation"), numDays })).toThrow()
})

describe("Integration", () => {
  // Which names exist is checked where an integration is created: a row may have the name of a later version.
  it("has at least one subscription, without duplicates or malformed names", () => {
    const is = Schema.is(Subscriptions)
    expect(is(["device_enrolled"])).toBe(true)
    expect(is([])).toBe(false)
    expect(is(["device_enrolled", "device_enrolled"])).toBe(false)
    for (const name of ["", "device enrolled", "device/enrolled", "**", "x".repeat(129)])
      expect(is([name]), name).toBe(false)
    expect(is(["*"])).toBe(true)
  })

  it("is of type webhook", () => {
    expect(Integration.fields.type.literal).toBe("webhook")
  })
})

/** What must not compile. Checked by the compiler at the root; nothing here runs. */
export const compiles = (
  is: <A>(value: A) => void,
  {
    organization,
    mdmUser,
    device,
  }: {
    readonly organization: DeviceEnrolled["organization"]
    readonly mdmUser: DeviceEnrolled["mdmUser"]
    readonly device: { readonly url: string }
  },
): void => {
  is<DeviceEnrolled>({ action: "adm_device_enrolled", organization, admDevice: device, mdmUser })
  // @ts-expect-error: an Apple event has an Apple device
  is<DeviceEnrolled>({ action: "adm_device_enrolled", organization, emmDevice: device, mdmUser })
  // @ts-expect-error: and no other device member
  is<DeviceEnrolled>({ action: "adm_device_enrolled", organization, admDevice: device, winDevice: device, mdmUser })
  // @ts-expect-error: an unknown platform
  is<DeviceEnrolled>({ action: "ios_device_enrolled", organization, iosDevice: device, mdmUser })
  // @ts-expect-error: an assignment has a trigger
  is<NotificationEvent>({ action: "win_device_added_mdm_user", organization, winDevice: device, mdmUser })
  // @ts-expect-error: numDays is a string
  is<NotificationEvent>({ action: "apple_push_certification_renovation", organization, numDays: 5, appleId: "a" })
  // @ts-expect-error: the other spelling is decoded, never encoded
  is<NotificationEventOf<"enrollment_token_created">["action"]>("emm_enrollment-token_created")
  is<NotificationEventOf<"enrollment_token_created">["action"]>("emm_enrollment_token_created")
}
