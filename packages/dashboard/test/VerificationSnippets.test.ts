/**
 * The examples of how to verify an event, run where their language is at hand.
 */
import { execFileSync } from "node:child_process"
import { describe, expect, it } from "@effect/vitest"
import { Webhook } from "standardwebhooks"
import { snippets } from "../app/Integrations/VerificationSnippets.ts"

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
const id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
const timestamp = new Date("2021-02-25T10:00:00Z")
const body = '{"test": 2432232314, "text": "it\'s\\n"}'

const codeOf = (language: string): string => snippets.find((one) => one.language === language)?.code ?? ""

describe("the examples", () => {
  it("compute the signature with openssl", () => {
    const printed = execFileSync("bash", ["-c", codeOf("openssl")], {
      env: {
        PATH: process.env["PATH"],
        WEBHOOK_SECRET: secret,
        ID: id,
        TIMESTAMP: String(timestamp.getTime() / 1000),
        BODY: body,
      },
      encoding: "utf8",
    })
    expect(`v1,${printed.trim()}`).toBe(new Webhook(secret).sign(id, timestamp, body))
  })

  it("are in six languages", () => {
    expect(snippets.map(({ language }) => language)).toEqual(["TypeScript", "Python", "Go", "PHP", "Ruby", "openssl"])
  })
})
