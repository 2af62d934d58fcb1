/**
 * Everything that a public layer requires and provides can be named with public imports. Checked by the compiler at the root; nothing here runs.
 */
import { Config, type Layer } from "effect"
import type { HttpRouter } from "effect/http"
import { Dashboard, type PageNotBuilt } from "../src/index.ts"

/** Accepts a value of this type. */
declare const is: <A>(value: A) => void

declare const options: Dashboard.DashboardOptions
is<Layer.Layer<never, PageNotBuilt, HttpRouter.HttpRouter>>(Dashboard.layer(options))

declare const configOptions: Dashboard.DashboardConfigOptions
is<Layer.Layer<never, PageNotBuilt | Config.ConfigError, HttpRouter.HttpRouter>>(Dashboard.layerConfig(configOptions))
Dashboard.layerConfig({ apiOrigin: Config.String("API_ORIGIN"), devices: true })
// @ts-expect-error: an origin must be a text
Dashboard.layerConfig({ apiOrigin: Config.Port("API_ORIGIN") })
