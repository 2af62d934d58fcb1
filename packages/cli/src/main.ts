#!/usr/bin/env node
/**
 * The `espalier` command. What it knows is in `espalier.ts`.
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
