/**
 * Flags that can also be set by an environment variable: `--webhook-url` is `ESPALIER_WEBHOOK_URL`.
 *
 * A flag takes precedence over its variable, and the variable over the default. The variable of a repeatable flag holds its values separated by commas.
 */
import { Config, Redacted, Schema } from "effect"
import { Flag } from "effect/cli"

/**
 * The variable of a flag.
 *
 * @category flags
 * @since 0.1.0
 */
export const variable = (name: string): string => `ESPALIER_${name.toUpperCase().replaceAll("-", "_")}`

const documented = (name: string, description: string) => `${description} [env: ${variable(name)}]`

/**
 * A flag that takes text.
 *
 * @category flags
 * @since 0.1.0
 */
export const text = (name: string, description: string): Flag.Flag<string> =>
  Flag.String(name).pipe(
    Flag.withDescription(documented(name, description)),
    Flag.withFallbackConfig(Config.String(variable(name))),
  )

/**
 * A flag that may be given several times.
 *
 * @category flags
 * @since 0.1.0
 */
export const texts = (name: string, description: string): Flag.Flag<ReadonlyArray<string>> =>
  Flag.String(name).pipe(
    Flag.withDescription(documented(name, description)),
    Flag.atLeast(1),
    Flag.withFallbackConfig(
      Config.map(Config.String(variable(name)), (list) =>
        list
          .split(",")
          .map((value) => value.trim())
          .filter((value) => value !== ""),
      ),
    ),
    Flag.withDefault<ReadonlyArray<string>>([]),
  )

/**
 * A flag that may be given several times and whose values are secret.
 *
 * @category flags
 * @since 0.1.0
 */
export const secrets = (name: string, description: string): Flag.Flag<ReadonlyArray<Redacted.Redacted>> =>
  Flag.map(
    texts(name, `${description}; repeat to rotate. Other users of this machine can see flags: prefer the variable`),
    (values) => values.map((value) => Redacted.make(value)),
  )

/**
 * A flag that takes a positive integer.
 *
 * @category flags
 * @since 0.1.0
 */
export const count = (name: string, description: string): Flag.Flag<number> =>
  Flag.Int(name).pipe(
    Flag.withDescription(documented(name, description)),
    Flag.withFallbackConfig(Config.Int(variable(name))),
    Flag.filter(
      (value) => value >= 1,
      (value) => `${value} is not a positive integer`,
    ),
  )

/**
 * A boolean flag: `--worker`, `--no-worker`.
 *
 * @category flags
 * @since 0.1.0
 */
export const toggle = (name: string, description: string): Flag.Flag<boolean> =>
  Flag.Boolean(name).pipe(
    Flag.withDescription(documented(name, description)),
    Flag.withFallbackConfig(Config.Boolean(variable(name))),
  )

/**
 * A flag that takes a TCP port.
 *
 * @category flags
 * @since 0.1.0
 */
export const port = (name: string, description: string): Flag.Flag<number> =>
  Flag.Int(name).pipe(
    Flag.withDescription(documented(name, description)),
    Flag.withFallbackConfig(Config.Int(variable(name))),
    Flag.filter(
      (value) => value >= 0 && value <= 65535,
      (value) => `${value} is not a port: use 0 to 65535`,
    ),
  )

/**
 * A flag that takes one of several values.
 *
 * @category flags
 * @since 0.1.0
 */
export const oneOf = <const Choices extends ReadonlyArray<string>>(
  name: string,
  choices: Choices,
  description: string,
): Flag.Flag<Choices[number]> =>
  Flag.Literals(name, choices).pipe(
    Flag.withDescription(documented(name, description)),
    Flag.withFallbackConfig(Config.schema(Schema.Literals(choices), variable(name))),
  )
