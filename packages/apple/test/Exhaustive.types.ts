/** What must not compile: a match that forgets a `MessageType`, a `Status`, an endpoint or a channel. Checked by `tsc`. */
import { Channel, CheckIn, CommandReport, DeclarativeManagement } from "../src/index.ts"

declare const message: CheckIn.CheckInMessage
declare const report: CommandReport.CommandReport
declare const endpoint: DeclarativeManagement.Endpoint
declare const channel: Channel.Channel

const nothing = () => null

const allButReturnToService = {
  Authenticate: nothing,
  TokenUpdate: nothing,
  CheckOut: nothing,
  UserAuthenticate: nothing,
  SetBootstrapToken: nothing,
  GetBootstrapToken: nothing,
  GetToken: nothing,
  DeclarativeManagement: nothing,
}

export const complete = CheckIn.CheckInMessage.match(message, { ...allButReturnToService, ReturnToService: nothing })

// @ts-expect-error ReturnToService is missing
CheckIn.CheckInMessage.match(message, allButReturnToService)

export const forgetful = (type: CheckIn.MessageType): string => {
  switch (type) {
    case "Authenticate":
    case "TokenUpdate":
    case "CheckOut":
    case "UserAuthenticate":
    case "SetBootstrapToken":
    case "GetBootstrapToken":
    case "GetToken":
    case "DeclarativeManagement":
      return type
    default: {
      // @ts-expect-error "ReturnToService" is left over
      const none: never = type
      return none
    }
  }
}

// @ts-expect-error NotNow is missing
CommandReport.CommandReport.match(report, {
  Idle: nothing,
  Acknowledged: nothing,
  Error: nothing,
  CommandFormatError: nothing,
})

// @ts-expect-error Unknown is missing
DeclarativeManagement.Endpoint.match(endpoint, {
  Tokens: nothing,
  DeclarationItems: nothing,
  Status: nothing,
  Declaration: nothing,
})

// @ts-expect-error user is missing
Channel.Channel.match(channel, { device: nothing })

// @ts-expect-error an Idle report has no CommandUUID to speak of: it is any property list value, if it is there
export const commandUUID: string = report.CommandUUID
