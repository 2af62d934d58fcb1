/**
 * How to verify a signed event, by language: with the libraries of Standard Webhooks, and with openssl.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/tree/main/libraries
 */
export interface Snippet {
  readonly language: string
  readonly code: string
}

export const snippets: ReadonlyArray<Snippet> = [
  {
    language: "TypeScript",
    code: `// npm install standardwebhooks
import { Webhook } from "standardwebhooks"

const webhook = new Webhook(process.env.WEBHOOK_SECRET)
// Throws if the signature is invalid. Pass the raw body.
const event = webhook.verify(body, headers)`,
  },
  {
    language: "Python",
    code: `# pip install standardwebhooks
import os
from standardwebhooks.webhooks import Webhook

webhook = Webhook(os.environ["WEBHOOK_SECRET"])
# Raises if the signature is invalid. Pass the raw body.
event = webhook.verify(body, headers)`,
  },
  {
    language: "Go",
    code: `// go get github.com/standard-webhooks/standard-webhooks/libraries
import standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

webhook, err := standardwebhooks.NewWebhook(os.Getenv("WEBHOOK_SECRET"))
if err != nil {
	return err
}
// Returns an error if the signature is invalid. Pass the raw body.
err = webhook.Verify(body, request.Header)`,
  },
  {
    language: "PHP",
    code: `<?php
// composer require standard-webhooks/standard-webhooks
$webhook = new \\StandardWebhooks\\Webhook(getenv("WEBHOOK_SECRET"));
// Throws if the signature is invalid. Pass the raw body.
$event = $webhook->verify($body, $headers);`,
  },
  {
    language: "Ruby",
    code: `# gem install standardwebhooks
require "standardwebhooks"

webhook = StandardWebhooks::Webhook.new(ENV["WEBHOOK_SECRET"])
# Raises if the signature is invalid. Pass the raw body.
event = webhook.verify(body, headers)`,
  },
  {
    language: "openssl",
    code: `# ID, TIMESTAMP: the headers webhook-id and webhook-timestamp; BODY: the raw body.
# Prints one of the signatures in webhook-signature, without "v1,".
key=$(printf %s "\${WEBHOOK_SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \\n')
printf '%s.%s.%s' "$ID" "$TIMESTAMP" "$BODY" |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A`,
  },
]
