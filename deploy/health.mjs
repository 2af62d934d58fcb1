/**
 * The HEALTHCHECK of the image: exits with 0 if the server on this machine responds to `/health`, otherwise with 1.
 *
 * It reads the variables of the server, so port and TLS are set in one place. It checks only that the process responds, so it does not verify the
 * certificate.
 */
import http from "node:http"
import https from "node:https"

const {
  ESPALIER_HOST: host = "",
  ESPALIER_PORT: port = "8080",
  ESPALIER_TLS_CERTIFICATE: certificate = "",
} = process.env

const target = {
  host: ["", "0.0.0.0", "::"].includes(host) ? "localhost" : host,
  port: Number(port),
  path: "/health",
  timeout: 4000,
  agent: false,
}
const request = certificate === "" ? http.get(target) : https.get({ ...target, rejectUnauthorized: false })
request.once("timeout", () => process.exit(1))
request.once("error", () => process.exit(1))
request.once("response", ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
