/**
 * The log of a running service, and its export to an OpenTelemetry collector.
 */
import { Layer, Logger, Option } from "effect"
import { FetchHttpClient } from "effect/http"
import { Otlp } from "effect/observability"
import type { ServeOptions } from "./ServeFlags.ts"

const loggers = {
  pretty: Logger.layer([Logger.consolePretty()]),
  json: Logger.layer([Logger.consoleJson]),
}

/**
 * Configured by the flags; `serviceName` is the name in OpenTelemetry.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (serviceName: string, { logFormat, otlpUrl }: Pick<ServeOptions, "logFormat" | "otlpUrl">) =>
  Layer.merge(
    loggers[logFormat],
    Option.match(otlpUrl, {
      onNone: () => Layer.empty,
      onSome: (baseUrl) =>
        Otlp.layerJson({ baseUrl, resource: { serviceName }, loggerMergeWithExisting: true }).pipe(
          Layer.provide(FetchHttpClient.layer),
        ),
    }),
  )
