/**
 * A key for the secrets of tests.
 */
import { Sealing } from "@espalier/sql"
import { Layer } from "effect"

/** 32 bytes of zeros. */
export const key = Buffer.alloc(32).toString("base64")

export const layer = Layer.orDie(Sealing.layer([key]))
