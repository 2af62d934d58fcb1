/**
 * Hono with a zod schema, on its Node adapter.
 */
import { createServer } from "node:http"
import { getRequestListener } from "@hono/node-server"
import { Hono } from "hono"
import { validator } from "hono/validator"
import { z } from "zod"
import { decide, originPattern, path } from "../Job.ts"
import { announce } from "./Announce.ts"

const channel = {
  udid: z.string().min(1),
  enrollmentKind: z.enum(["device", "userEnrollment"]).optional(),
  identityCertificate: z.string().optional(),
  mdmOrigin: z.object({ url: z.string().regex(new RegExp(originPattern)) }),
}

const CheckInRequest = z.object({
  scope: z.discriminatedUnion("_tag", [
    z.object({ _tag: z.literal("device"), ...channel }),
    z.object({ _tag: z.literal("user"), ...channel, userId: z.string().min(1), userShortName: z.string().optional() }),
  ]),
})

const app = new Hono()

app.post(
  path,
  validator("json", (value, context) => {
    const parsed = CheckInRequest.safeParse(value)
    return parsed.success ? parsed.data : context.json({ _tag: "InvalidRequest" }, 400)
  }),
  (context) => context.json(decide(context.req.valid("json").scope)),
)

announce(createServer(getRequestListener(app.fetch)))
