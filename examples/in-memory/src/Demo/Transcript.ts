/**
 * What a device and the server said to each other, a line an exchange, for people.
 */
import { Plist } from "@espalier/plist"
import type { Device } from "@espalier/simulator"
import { Console, Effect, Result, Schema } from "effect"

type Exchange = Effect.Success<Device.Device["exchanges"]["all"]>[number]

/**
 * Does something with a device under a headline, and prints what came of it.
 *
 * @category transcript
 */
export const of = (device: Device.Device) => {
  let printed = 0
  return <A, E, R>(headline: string, deed: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.gen(function* () {
      yield* Console.log(`\n  ${headline}`)
      const result = yield* deed
      const all = yield* device.exchanges.all
      yield* Effect.forEach(all.slice(printed), (exchange) => Console.log(line(exchange)))
      printed = all.length
      return result
    })
}

const line = ({ channel, said, status, answer }: Exchange): string => {
  const who = channel === "device" ? "" : `${channel.replace("user:", "")}: `
  // A result names its command by a UUID that says nothing to people.
  const what = said
    .replace(/^(Acknowledged|Error|CommandFormatError|NotNow) .*$/, "$1")
    .replace(/^DeclarativeManagement /, "DDM ")
  return `    ${`${who}${what}`.padEnd(50)} → ${status ?? "no answer"} ${summary(answer)}`.trimEnd()
}

const isCommand = Schema.is(Schema.Struct({ Command: Schema.Struct({ RequestType: Schema.String }) }))

/** An answer in a few words. */
const summary = (answer: Uint8Array): string => {
  if (answer.length === 0) return ""
  const value = Result.getOrUndefined(Plist.parse(answer))
  if (isCommand(value)) return `command ${value.Command.RequestType}`
  if (value !== undefined) return "a property list"
  const text = new TextDecoder().decode(answer)
  if (text.startsWith("{")) return text.length > 72 ? `${text.slice(0, 71)}…` : text
  return `${answer.length} bytes`
}
