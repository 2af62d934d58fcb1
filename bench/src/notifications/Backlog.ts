/**
 * Deliveries with a million others pending: half of these for the integration that is published to, half for another.
 */
import { type Bench, median } from "../Bench.ts"
import { onStage } from "./Participants.ts"
import * as Rounds from "./Rounds.ts"

const concurrency = 128
const baseline = "no backlog"
const megabytes = (bytes: number | undefined): string => `${((bytes ?? 0) / 1e6).toFixed(0)} MB`

export const notificationsBacklog: Bench = {
  name: "notifications-backlog",
  run: ({ quick, progress }) =>
    onStage(async (stage) => {
      const { rounds, size, events } = quick
        ? { rounds: 1, size: 100_000, events: 3000 }
        : { rounds: 7, size: 1_000_000, events: 20_000 }
      const receiver = await stage.receiver()
      const participants: Array<Rounds.Participant> = []
      for (const kind of [undefined, "later", "due"] as const) {
        const label =
          kind === undefined
            ? baseline
            : `${size.toLocaleString("en")} pending, ${kind === "due" ? "all due" : "due in a day"}`
        progress(`filling: ${label}`)
        const run = await stage.service({
          url: stage.sqlite(),
          receiver,
          integrations: 1,
          concurrency,
          ...(kind === undefined ? {} : { backlog: { kind, size } }),
        })
        participants.push({ label, rounds: [], run: () => run({ events, publishers: concurrency, attempts: events }) })
      }
      await Rounds.run(participants, { rounds, progress })
      return {
        title: `Deliveries with ${size.toLocaleString("en")} others pending`,
        unit: "deliveries/s",
        baseline,
        rows: participants.map(({ label, rounds }) => ({
          label,
          ours: true,
          figures: rounds.map(({ deliveries, seconds }) => deliveries / seconds),
          cells: {
            "processor time a delivery": `${median(rounds.map(({ cpuMicros, deliveries }) => cpuMicros / deliveries)).toFixed(0)} µs`,
            "memory after the first round": megabytes(rounds[0]?.rss),
            "after the last": megabytes(rounds.at(-1)?.rss),
          },
        })),
        remarks: [
          `SQLite. A round publishes ${events} events, and is over when these are published and as many attempts are recorded, of whichever deliveries: what is due longest goes first, so with all due these are the backlog's.`,
          "Half of the backlog is for the integration that is published to, half for another one. Memory is the process's resident set.",
          `${rounds} interleaved rounds after one to warm up; medians. ${concurrency} publishers, ${concurrency} attempts at a time for each integration.`,
        ],
      }
    }),
}
