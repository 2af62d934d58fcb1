/**
 * Apple's device management protocol: what devices say and what they are told, as Effect schemas over property lists.
 */
export * as Channel from "./Channel.ts"
export * as CheckIn from "./CheckIn.ts"
export * as CheckInResponse from "./CheckInResponse.ts"
export * as Command from "./Command.ts"
export * as CommandReport from "./CommandReport.ts"
export * as DeclarativeManagement from "./DeclarativeManagement.ts"
export * as Message from "./Message.ts"
export { MessageError, MessageInvalid, UnknownMessageType } from "./MessageError.ts"
