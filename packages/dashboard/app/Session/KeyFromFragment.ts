/**
 * A link may have a key in its fragment, which browsers do not send: `/dashboard#key=ek_…`.
 */
const [, key] = /^#key=(ek_[\w-]+)$/.exec(location.hash) ?? []
if (key !== undefined) {
  // Removes it from the address bar and the history.
  history.replaceState(history.state, "", location.pathname + location.search)
}

/** The key until it is exchanged. */
let kept = key

export const keyFromFragment = (): string | undefined => kept

/** After it was exchanged for a session, or rejected. */
export const forgetKey = (): void => {
  kept = undefined
}
