/**
 * A property list value as one line of text.
 */
import type { PropertyList } from "@espalier/schema"

export const propertyListText = (value: PropertyList): string => {
  if (typeof value !== "object") return typeof value === "boolean" ? (value ? "Yes" : "No") : String(value)
  if ("$real" in value) return String(value["$real"])
  if ("$integer" in value) return String(value["$integer"])
  if ("$date" in value) return new Date(String(value["$date"])).toLocaleString()
  if ("$data" in value) return "Data"
  return JSON.stringify(value)
}
