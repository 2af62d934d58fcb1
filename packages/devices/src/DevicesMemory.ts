/**
 * Every service of this package in memory.
 */
import { Layer } from "effect"
import { Assets } from "./Assets/Assets.ts"
import { CommandQueue } from "./Commands/CommandQueue.ts"
import { Declarations } from "./Declarations/Declarations.ts"
import { Devices } from "./Devices/Devices.ts"
import { Wake } from "./Devices/Wake.ts"
import { Escrow } from "./Escrow/Escrow.ts"
import { ExchangeLog } from "./Exchanges/ExchangeLog.ts"

/**
 * For trials and tests: everything is gone when the process ends.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Assets | CommandQueue | Declarations | Devices | Escrow | ExchangeLog | Wake> =
  Layer.mergeAll(
    Assets.layerMemory,
    CommandQueue.layerMemory,
    Declarations.layerMemory,
    Devices.layerMemory,
    Escrow.layerMemory,
    ExchangeLog.layerMemory,
    Wake.layerMemory,
  )
