/**
 * Apple's device management protocol: messages, identities, profiles and push, as Effect schemas over property lists.
 */
export { appleDeviceAuthority } from "./AppleDeviceAuthority.ts"
export * as Certificate from "./Certificate.ts"
export * as Channel from "./Channel.ts"
export * as CheckIn from "./CheckIn.ts"
export * as CheckInResponse from "./CheckInResponse.ts"
export * as Cms from "./Cms.ts"
export * as Command from "./Command.ts"
export * as CommandReport from "./CommandReport.ts"
export * as DeclarativeManagement from "./DeclarativeManagement.ts"
export * as EnrollmentProfile from "./EnrollmentProfile.ts"
export * as Identity from "./Identity.ts"
export * as MachineInfo from "./MachineInfo.ts"
export * as Message from "./Message.ts"
export { InvalidMessage, MessageError, UnknownMessageType } from "./MessageError.ts"
export * as Push from "./Push.ts"
export * as Scep from "./Scep.ts"
