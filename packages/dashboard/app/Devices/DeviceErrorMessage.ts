/**
 * The messages of errors about devices, commands and declarations.
 */
import type { DeclarationNotFound, DeviceNotFound } from "@espalier/devices/api"
import { type CommonError, commonErrorMessage } from "../Api/CommonError.ts"

export const deviceErrorMessage = (error: DeviceNotFound | DeclarationNotFound | CommonError): string => {
  switch (error._tag) {
    case "DeviceNotFound":
      return "This device or user is not managed. It may have checked out."
    case "DeclarationNotFound":
      return "This declaration was deleted."
    default:
      return commonErrorMessage(error)
  }
}
