/**
 * Where the receiver is: in a process of its own, at `RECEIVER`, or in this one.
 */
import { once } from "node:events"
import { receiver } from "./ReceiverServer.ts"

const here = async (): Promise<string> => {
  const server = receiver().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`
}

export const origin: string = process.env["RECEIVER"] ?? (await here())
