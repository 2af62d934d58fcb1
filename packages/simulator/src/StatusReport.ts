/**
 * The status report of a device: its declarations, and the status items of its subscriptions.
 *
 * A configuration is active when an activation lists it, an asset when an active configuration refers to it. Predicates count
 * as true. Source: Apple, "StatusReport", "StatusManagementDeclarations", "ManagementStatusSubscriptions".
 */

import type { DeclarativeManagement } from "@espalier/apple"
import type { Schema } from "effect"
import { referencesIn } from "./Assets.ts"
import type { DeviceProfile } from "./DeviceProfile.ts"
import type { Declaration, Declarations } from "./State.ts"

/** Status items for subscriptions, by their dotted names. */
const items = (profile: DeviceProfile): { readonly [name: string]: Schema.Json } => ({
  "device.identifier.serial-number": profile.serialNumber,
  "device.identifier.udid": profile.udid,
  "device.model.family": profile.family,
  "device.model.identifier": profile.productName,
  "device.model.marketing-name": profile.modelName,
  "device.operating-system.build-version": profile.buildVersion,
  "device.operating-system.family": profile.osFamily,
  "device.operating-system.version": profile.osVersion,
  "passcode.is-compliant": true,
  "passcode.is-present": true,
})

const reserved = new Set(["management.declarations", "management.client-capabilities"])

interface Reason {
  readonly code: string
  readonly description: string
}

const activationType = "com.apple.activation.simple"
const subscriptionType = "com.apple.configuration.management.status-subscriptions"

const texts = (value: Schema.Json | undefined): ReadonlyArray<string> =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : []

const listedBy = (activation: Declaration) => texts(activation.payload["StandardConfigurations"])

/** The errors of a declaration. */
const reasons = (declaration: Declaration, { items: all, assets }: Declarations): ReadonlyArray<Reason> => {
  const { kind, type, identifier, payload } = declaration
  const found: Array<Reason> = []
  const add = (code: string, description: string) => found.push({ code, description })
  if (!type.startsWith(`com.apple.${kind}.`)) add("Error.UnknownDeclarationType", "Declaration type is not supported.")
  if (kind === "activation" && listedBy(declaration).some((name) => !all.has(`configuration/${name}`))) {
    add("Error.MissingConfigurations", "Activation refers to configurations that do not exist.")
  }
  if (kind === "configuration") {
    for (const name of referencesIn(payload)) {
      if (!all.has(`asset/${name}`)) add("Error.MissingAssets", "Configuration refers to an asset that does not exist.")
      else if (assets.get(name)?.problem !== undefined) {
        add("Error.ConfigurationCannotBeApplied", "Configuration's asset cannot be used.")
      }
    }
  }
  const problem = kind === "asset" ? assets.get(identifier)?.problem : undefined
  if (problem !== undefined) add(problem, "The asset's data cannot be used.")
  return found
}

/** The keys of the active declarations. */
const active = (declarations: Declarations): ReadonlySet<string> => {
  const all = [...declarations.items.values()]
  const sound = (declaration: Declaration) => reasons(declaration, declarations).length === 0
  const configurations = new Set(
    all.filter((one) => one.kind === "activation" && one.type === activationType).flatMap(listedBy),
  )
  const inForce = all.filter((one) => one.kind === "configuration" && configurations.has(one.identifier) && sound(one))
  const assets = new Set(inForce.flatMap(({ payload }) => [...referencesIn(payload)]))
  return new Set(
    all
      .filter(({ kind, identifier }) => {
        if (kind === "configuration") return inForce.some((one) => one.identifier === identifier)
        return kind === "asset" ? assets.has(identifier) : true
      })
      .filter((one) => one.kind === "activation" || sound(one))
      .map(({ kind, identifier }) => `${kind}/${identifier}`),
  )
}

const stateOf = (declaration: Declaration, declarations: Declarations, inForce: ReadonlySet<string>): Schema.Json => {
  const why = reasons(declaration, declarations)
  return {
    identifier: declaration.identifier,
    "server-token": declaration.serverToken,
    active: inForce.has(`${declaration.kind}/${declaration.identifier}`),
    valid: why.length === 0 ? "valid" : "invalid",
    ...(why.length === 0 ? {} : { reasons: why.map(({ code, description }) => ({ code, description })) }),
  }
}

const plurals = [
  ["activations", "activation"],
  ["assets", "asset"],
  ["configurations", "configuration"],
  ["management", "management"],
] as const

const subscriptions = (declarations: Declarations, inForce: ReadonlySet<string>): ReadonlySet<string> =>
  new Set(
    [...declarations.items.values()]
      .filter(({ type, kind, identifier }) => type === subscriptionType && inForce.has(`${kind}/${identifier}`))
      .flatMap(({ payload }) => (Array.isArray(payload["StatusItems"]) ? payload["StatusItems"] : []))
      .flatMap((item) =>
        typeof item === "object" && item !== null && "Name" in item && typeof item.Name === "string" ? [item.Name] : [],
      ),
  )

const isJsonObject = (value: Schema.Json | undefined): value is Schema.JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Sets `a.b.c` in nested objects. */
const setDotted = (target: { [key: string]: Schema.Json }, name: string, value: Schema.Json): void => {
  const [first = "", ...rest] = name.split(".")
  if (rest.length === 0) {
    target[first] = value
    return
  }
  const inner = target[first]
  const next: { [key: string]: Schema.Json } = isJsonObject(inner) ? { ...inner } : {}
  setDotted(next, rest.join("."), value)
  target[first] = next
}

/**
 * The report on these declarations. A `full` one replaces all earlier reports.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  profile: DeviceProfile,
  declarations: Declarations,
  options: { readonly full: boolean },
): DeclarativeManagement.StatusReport => {
  const inForce = active(declarations)
  const all = [...declarations.items.values()]
  const known = items(profile)
  const report: { [key: string]: Schema.Json } = {}
  const errors: Array<Schema.Json> = []
  setDotted(
    report,
    "management.declarations",
    Object.fromEntries(
      plurals.map(([plural, kind]) => [
        plural,
        all.filter((one) => one.kind === kind).map((one) => stateOf(one, declarations, inForce)),
      ]),
    ),
  )
  if (options.full) {
    setDotted(report, "management.client-capabilities", {
      "supported-versions": ["1.0.0"],
      "supported-features": {},
      "supported-payloads": {
        declarations: { activations: [activationType], assets: [], configurations: [subscriptionType], management: [] },
        "status-items": [...reserved, ...Object.keys(known)],
      },
    })
  }
  for (const name of subscriptions(declarations, inForce)) {
    const value = Object.hasOwn(known, name) ? known[name] : undefined
    if (value !== undefined) setDotted(report, name, value)
    else if (!reserved.has(name)) {
      errors.push({
        StatusItem: name,
        Reasons: [{ Code: "Error.StatusItemNotSupported", Description: "Unknown item" }],
      })
    }
  }
  return { StatusItems: report, Errors: errors, ...(options.full ? { FullReport: true } : {}) }
}
