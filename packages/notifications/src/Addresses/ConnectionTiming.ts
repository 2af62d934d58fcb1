/**
 * How long the phases of a connection took: look-up, connection, TLS handshake.
 */
import type { Socket } from "node:net"

/**
 * In milliseconds. A phase that did not take place is missing.
 *
 * @category models
 * @since 0.1.0
 */
export interface ConnectionTiming {
  readonly dns?: number | undefined
  readonly connect?: number | undefined
  readonly tls?: number | undefined
}

const timings = new WeakMap<Socket, ConnectionTiming>()

/**
 * Remembers the phases of a socket's connection.
 *
 * @category accessors
 * @since 0.1.0
 */
export const set = (socket: Socket, timing: ConnectionTiming): void => {
  timings.set(socket, timing)
}

/**
 * The phases of a socket's connection, for its first request only: later ones did not wait for them.
 *
 * @category accessors
 * @since 0.1.0
 */
export const take = (socket: Socket): ConnectionTiming | undefined => {
  const timing = timings.get(socket)
  timings.delete(socket)
  return timing
}
