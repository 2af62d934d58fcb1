/**
 * The messages of errors about devices, commands and declarations.
 */
import type { DeclarationNotFound, DeviceNotFound, EnrollmentLinksNotSupported } from "@espalier/devices/api"
import { type CommonError, commonErrorMessage } from "../Api/CommonError.ts"

export const deviceErrorMessage = (
  error: DeviceNotFound | DeclarationNotFound | EnrollmentLinksNotSupported | CommonError,
): string => {
  switch (error._tag) {
    case "DeviceNotFound":
      return "This device or user is not managed. It may have checked out."
    case "DeclarationNotFound":
      return "This declaration was deleted."
    case "EnrollmentLinksNotSupported":
      return "This server does not create enrollment links."
    default:
      return commonErrorMessage(error)
  }
}
