/**
 * A link may bring a key along in its fragment, which no browser sends to anybody: `/dashboard#key=ek_…`.
 */
const [, key] = /^#key=(ek_[\w-]+)$/.exec(location.hash) ?? []
if (key !== undefined) {
  // Neither the address bar nor the history keeps it.
  history.replaceState(history.state, "", location.pathname + location.search)
}

/** Until it was exchanged. */
let kept = key

export const keyFromFragment = (): string | undefined => kept

/** It was exchanged for a session, or refused. */
export const forgetKey = (): void => {
  kept = undefined
}
