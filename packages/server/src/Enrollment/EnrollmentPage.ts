/**
 * The page that opens for an enrollment link in a browser: who manages the device, what happens, one button.
 *
 * It has no scripts and loads nothing, and its content security policy enforces that. Every text is escaped: a vendor or a backend writes it.
 */
import type { EnrollmentBranding } from "@espalier/schema"
import { HttpServerResponse } from "effect/http"

/**
 * The invitation, with the profile behind its button.
 *
 * @category pages
 * @since 0.1.0
 */
export const invitation = (branding: EnrollmentBranding, token: string | undefined) => {
  const query = token === undefined ? "?profile" : `?${new URLSearchParams({ token, profile: "" })}`
  const organization = branding.organization ?? "your organization"
  return page(
    200,
    branding.displayName ?? "Device management",
    `<p>${escape(branding.description ?? `With this profile, ${organization} can manage this device: its settings, apps and data.`)}</p>
     <p><a class="button" href="${escape(query)}">Download the profile</a></p>
     <ol>
       <li>Allow the download.</li>
       <li>Open <b>Settings</b> (on a Mac: <b>System Settings</b>) and choose <b>Profile Downloaded</b>.</li>
       <li>Choose <b>Install</b>, and <b>Trust</b> when asked.</li>
     </ol>
     ${branding.consentText === undefined ? "" : `<p class="fine">${escape(branding.consentText)}</p>`}`,
    branding.organization,
  )
}

/**
 * An error page, for a response with an error status.
 *
 * @category pages
 * @since 0.1.0
 */
export const problem = ({ status, headers }: HttpServerResponse.HttpServerResponse, detail: string) => {
  const retryAfter = headers["retry-after"]
  const message = /[.!?…]\s*$/.test(detail) ? detail : `${detail}.`
  const response = page(status, "Enrollment is not possible", `<p>${escape(message)}</p>`, undefined)
  return retryAfter === undefined ? response : HttpServerResponse.setHeader(response, "retry-after", retryAfter)
}

const page = (status: number, title: string, body: string, organization: string | undefined) =>
  HttpServerResponse.text(
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>
  :root { color-scheme: light dark; font: 17px/1.5 system-ui, sans-serif; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#f4f4f6, #161618); color: light-dark(#1c1c1e, #f2f2f4); }
  main { box-sizing: border-box; width: min(30rem, 100%); padding: 2.5rem clamp(1.25rem, 6vw, 2rem); }
  h1 { margin: 0 0 1rem; font-size: clamp(1.35rem, 6.5vw, 1.7rem); line-height: 1.2; overflow-wrap: anywhere; }
  p, ol { margin: 0 0 1.25rem; overflow-wrap: anywhere; }
  p { white-space: pre-line; }
  ol { padding-left: 1.4rem; }
  .by { margin: 0 0 .25rem; font-size: .9rem; opacity: .7; }
  .fine { font-size: .85rem; opacity: .75; }
  .button { display: block; padding: .85rem 1rem; border-radius: .8rem; background: #0a60d0; color: #fff; text-align: center; text-decoration: none; font-weight: 600; }
  .button:focus-visible { outline: 3px solid light-dark(#1c1c1e, #fff); outline-offset: 2px; }
</style>
</head>
<body>
<main>
${organization === undefined ? "" : `<p class="by">${escape(organization)}</p>`}
<h1>${escape(title)}</h1>
${body}
</main>
</body>
</html>
`,
    {
      status,
      contentType: "text/html; charset=utf-8",
      headers: {
        "content-security-policy":
          "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
      },
    },
  )

const entities: { readonly [character: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? "")
