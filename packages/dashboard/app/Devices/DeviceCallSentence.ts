/**
 * What can go wrong with a device's commands and declarations, in a sentence.
 */
import type { DeclarationUnknown, DeviceUnknown } from "../../src/Devices/index.ts"
import { type CommonFailure, commonSentence } from "../Api/CommonFailure.ts"

export const deviceCallSentence = (error: DeviceUnknown | DeclarationUnknown | CommonFailure): string => {
  switch (error._tag) {
    case "DeviceUnknown":
      return "This device, or its user, is not managed here: it may have left."
    case "DeclarationUnknown":
      return "This is not declared any more."
    default:
      return commonSentence(error)
  }
}
