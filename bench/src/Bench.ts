/**
 * What a bench is: a name, and a run that measures its rows in rounds, each round all rows once, so that whatever else the machine does
 * falls on all of them alike.
 *
 * A new bench is one file that exports one of these, and one entry in `main.ts`.
 */

/** What the command line decides. */
export interface Options {
  /** One short round: does it run, and roughly how fast. Not for publishing. */
  readonly quick: boolean
  /** Tells the one who waits what is going on. */
  readonly progress: (text: string) => void
}

/** One measured thing. */
export interface Row {
  readonly label: string
  /** One figure a round, in the report's unit. */
  readonly figures: ReadonlyArray<number>
  /** The row's further cells, by column. */
  readonly cells: Readonly<Record<string, string>>
  /** Whether it is ours: the chart shows it in another colour. */
  readonly ours: boolean
}

export interface Report {
  readonly title: string
  /** What a figure counts, such as `requests/s`. */
  readonly unit: string
  /** Such as of latencies. Otherwise more is better. */
  readonly lessIsBetter?: true
  /** The row that the others are compared with. */
  readonly baseline: string
  readonly rows: ReadonlyArray<Row>
  /** How it was measured, a sentence each. */
  readonly remarks: ReadonlyArray<string>
}

export interface Bench {
  /** The name on the command line and of the result files. */
  readonly name: string
  readonly run: (options: Options) => Promise<Report>
}

/** The middle one; of an even number, the mean of the two in the middle. */
export const median = (figures: ReadonlyArray<number>): number => {
  const sorted = figures.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
}
