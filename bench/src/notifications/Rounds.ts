/**
 * The rounds of a bench of notifications: everybody once to warm up, then once a round, each round beginning with another.
 */
import type { Options } from "../Bench.ts"
import type { Measured } from "./Contestants.ts"

/** What is measured: `rounds` gets a figure a round. */
export interface Contestant {
  readonly label: string
  readonly run: () => Promise<Measured>
  readonly rounds: Array<Measured>
}

export const run = async (
  contestants: ReadonlyArray<Contestant>,
  { rounds, progress }: { readonly rounds: number; readonly progress: Options["progress"] },
): Promise<void> => {
  for (const { label, run } of contestants) {
    progress(`warming up: ${label}`)
    await run()
  }
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const contestant = contestants[(round + turn) % contestants.length]
      if (contestant === undefined) continue
      progress(`round ${round + 1} of ${rounds}: ${contestant.label}`)
      contestant.rounds.push(await contestant.run())
    }
  }
}
