/**
 * The receiver as a child process.
 */
import { announce } from "../servers/Announce.ts"
import { receiver } from "./ReceiverServer.ts"

announce(receiver(process.env["SILENT"]))
