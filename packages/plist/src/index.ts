/**
 * Property lists to values and back: XML and binary in, XML out, a lossless JSON form.
 */
export * as Plist from "./Plist.ts"
export { PlistError, Reason as PlistErrorReason } from "./PlistError.ts"
export * as PlistJson from "./PlistJson.ts"
