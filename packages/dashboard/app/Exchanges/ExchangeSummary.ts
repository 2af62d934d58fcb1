/**
 * What happened in an exchange, in a few words: `Idle → DeviceInformation`, `Error InstallProfile: 12021 …`.
 */
import type { Exchange } from "@espalier/schema"
import { Option, Schema } from "effect"

export interface ExchangeSummary {
  readonly exchange: Exchange
  /** The message; for a result with its command. */
  readonly message: string
  /** The command that the response contains. */
  readonly command: string | undefined
  /** The device reports an error, or a request failed. */
  readonly failed: boolean
}

const Command = Schema.Struct({ CommandUUID: Schema.String, Command: Schema.Struct({ RequestType: Schema.String }) })
const Result = Schema.Struct({
  Status: Schema.String,
  CommandUUID: Schema.String,
  ErrorChain: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({
        ErrorCode: Schema.Number,
        USEnglishDescription: Schema.optionalKey(Schema.String),
        LocalizedDescription: Schema.optionalKey(Schema.String),
      }),
    ),
  ),
})

const decodeCommand = Schema.decodeUnknownOption(Command)
const decodeResult = Schema.decodeUnknownOption(Result)

const errors = new Set(["Error", "CommandFormatError"])

/** `DeclarativeManagement declaration/configuration/com.example.passcode` → `declaration com.example.passcode`. */
const messageOf = ({ message }: Exchange): string => {
  const endpoint = /^DeclarativeManagement (.+)$/.exec(message)?.[1]
  if (endpoint === undefined) return message
  const identifier = /^declaration\/\w+\/(.+)$/.exec(endpoint)?.[1]
  return identifier === undefined ? endpoint : `declaration ${identifier}`
}

/** `Acknowledged DeviceInformation`, `Error InstallProfile: 12021 Unknown payload`. */
const resultOf = ({ Status, CommandUUID, ErrorChain = [] }: typeof Result.Type, sent: ReadonlyMap<string, string>) => {
  const [first] = ErrorChain
  const description = first?.USEnglishDescription ?? first?.LocalizedDescription ?? ""
  const command = sent.get(CommandUUID)
  return [
    command === undefined ? Status : `${Status} ${command}`,
    ...(first === undefined ? [] : [`${first.ErrorCode} ${description}`.trim()]),
  ].join(": ")
}

/** The summaries of exchanges in their order: a result names the command of an earlier response. */
export const summariesOf = (exchanges: ReadonlyArray<Exchange>): ReadonlyArray<ExchangeSummary> => {
  const sent = new Map<string, string>()
  return exchanges.map((exchange) => {
    const response = Option.getOrUndefined(decodeCommand(exchange.response?.json))
    if (response !== undefined) sent.set(response.CommandUUID, response.Command.RequestType)
    const result = Option.getOrUndefined(decodeResult(exchange.request?.json))
    return {
      exchange,
      message: result === undefined ? messageOf(exchange) : resultOf(result, sent),
      command: response?.Command.RequestType,
      failed:
        exchange.status >= 400 ||
        errors.has(exchange.message) ||
        exchange.calls.some(({ status, error }) => error !== undefined || (status ?? 0) >= 500),
    }
  })
}
