import { createServer } from "node:http"
import { Readable } from "node:stream"
import { Receiver } from "../src/Receiver/index.ts"

export const serve = (options: Receiver.FetchOptions) => {
  const receive = Receiver.fetchHandler(options)
  return createServer(async (request, response) => {
    const headers = new Headers()
    for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value))
    // The URL is not used, and `Request` does not accept every URL that Node does.
    const answer = await receive(
      request.method === "POST"
        ? new Request("http://localhost", { method: "POST", headers, body: Readable.toWeb(request), duplex: "half" })
        : new Request("http://localhost"),
    )
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
  })
}
