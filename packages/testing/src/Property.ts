/**
 * Property tests from a fixed seed: every run of a test is the same run.
 *
 * `vitest.workspace.ts` has the seed, `ESPALIER_SEED` sets another; `npm run fuzz` uses random ones. A test imports `fc` from here, and gives `options` to `it.prop`.
 */
import fc from "fast-check"

/** The seed of every property test. */
export const seed = Number(process.env["ESPALIER_SEED"])

if (!Number.isSafeInteger(seed)) throw new Error("ESPALIER_SEED is not an integer")

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })

export { fc }

/** The options of `it.prop` and `it.effect.prop`. */
export const options = (arbitrary: { readonly runs?: number } = {}) => ({ arbitrary: { ...arbitrary, seed } })
