/**
 * Ends with 0 when the server of this machine answers `/health`, with 1 otherwise: the image's HEALTHCHECK.
 *
 * It reads the server's own variables, so that there is one place to set port and TLS. The certificate is for devices; here only the process
 * is asked for, so it is not looked at.
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
