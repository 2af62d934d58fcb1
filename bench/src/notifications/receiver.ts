/**
 * The receiver as a child process.
 */
import { announce } from "../servers/announce.ts"
import { receiver } from "./receiverServer.ts"

announce(receiver(process.env["SILENT"]))
