/**
 * The rounds of a bench of notifications: everybody once to warm up, then once a round, each round beginning with another.
 */
import type { Options } from "../Bench.ts"
import type { Measured } from "./Participants.ts"

/** What is measured: `rounds` gets a figure a round. */
export interface Participant {
  readonly label: string
  readonly run: () => Promise<Measured>
  readonly rounds: Array<Measured>
}

export const run = async (
  participants: ReadonlyArray<Participant>,
  { rounds, progress }: { readonly rounds: number; readonly progress: Options["progress"] },
): Promise<void> => {
  for (const { label, run } of participants) {
    progress(`warming up: ${label}`)
    await run()
  }
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < participants.length; turn++) {
      const participant = participants[(round + turn) % participants.length]
      if (participant === undefined) continue
      progress(`round ${round + 1} of ${rounds}: ${participant.label}`)
      participant.rounds.push(await participant.run())
    }
  }
}
