#!/usr/bin/env node
/**
 * The `espalier` command. Every subcommand is one file beside this one.
 */
import { createRequire } from "node:module"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Cause, Config, Effect, Exit, Layer, References, Runtime, Schema } from "effect"
import { Command } from "effect/cli"
import { enrollmentToken } from "./enrollmentToken.ts"
import * as Flags from "./Flags.ts"
import { serve } from "./serve.ts"

const manifest = Schema.decodeUnknownSync(Schema.Struct({ version: Schema.String }))(
  createRequire(import.meta.url)("../package.json"),
)

const espalier = Command.make("espalier").pipe(
  Command.withDescription("Apple device management from your own backend"),
  Command.withSubcommands([serve, enrollmentToken]),
)

/** The built-in `--log-level` has a variable like every other flag. */
const logLevel = Layer.effect(
  References.MinimumLogLevel,
  Config.LogLevel(Flags.variable("log-level")).pipe(Config.withDefault("Info")),
)

/** Who is told to stop and does so has not failed. */
const teardown: Runtime.Teardown = (exit, onExit) =>
  Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause) ? onExit(0) : Runtime.defaultTeardown(exit, onExit)

espalier.pipe(
  Command.run({ version: manifest.version }),
  Effect.provide(Layer.merge(logLevel, NodeServices.layer)),
  NodeRuntime.runMain({ teardown }),
)
