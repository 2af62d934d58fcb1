#!/usr/bin/env node
/**
 * The `espalier` command; `Espalier.ts` defines it.
 */
import { createRequire } from "node:module"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Cause, Config, Effect, Exit, Layer, References, Runtime, Schema } from "effect"
import { Command } from "effect/cli"
import { espalier } from "./Espalier.ts"
import * as Flags from "./Flags.ts"

const manifest = Schema.decodeUnknownSync(Schema.Struct({ version: Schema.String }))(
  createRequire(import.meta.url)("../package.json"),
)

/** The variable of the built-in flag `--log-level`. */
const logLevel = Layer.effect(
  References.MinimumLogLevel,
  Config.LogLevel(Flags.variable("log-level")).pipe(Config.withDefault("Info")),
)

/** A process that was interrupted and has stopped did not fail. */
const teardown: Runtime.Teardown = (exit, onExit) =>
  Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause) ? onExit(0) : Runtime.defaultTeardown(exit, onExit)

espalier.pipe(
  Command.run({ version: manifest.version }),
  Effect.provide(Layer.merge(logLevel, NodeServices.layer)),
  NodeRuntime.runMain({ teardown }),
)
