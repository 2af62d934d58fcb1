/**
 * Bare `node:http`: collects the body, parses it, answers. Validates nothing; what the others add is their price.
 */
import { createServer } from "node:http"
import { decide, path } from "../Job.ts"
import { announce } from "./Announce.ts"

announce(
  createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => {
      chunks.push(chunk)
    })
    request.on("end", () => {
      if (request.url !== path || request.method !== "POST") {
        response.writeHead(404).end()
        return
      }
      const { scope } = JSON.parse(Buffer.concat(chunks).toString())
      const body = JSON.stringify(decide(scope))
      response.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body)
    })
  }),
)
