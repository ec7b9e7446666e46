/**
 * The table of how it went, and what could not be verified.
 *
 * @module
 */
import { format as formatBytes } from "@std/fmt/bytes";
import type { ChatterReport, RoundTrip } from "./chatter.ts";
import type { Cut } from "./cuts.ts";
import { formatRate } from "./progress.ts";
import type { Counters, Receipt } from "./protocol.ts";

/** Round trips of which a p99 tells something. */
const SAMPLE = 100;

/** How the file went. */
export interface Streamed {
  /** Bytes sent, and their hash in hexadecimal. */
  readonly sent: number;
  readonly sha256: string;
  /** When it began and ended, by `performance.now()`. */
  readonly start: number;
  readonly end: number;
  /** What the server says; nothing if it closed without a word. */
  readonly receipt: Receipt | undefined;
}

/** All that there is to report. */
export interface Run {
  readonly file: Streamed;
  readonly conversations: readonly ChatterReport[];
  readonly cuts: readonly Cut[];
  /** Sockets that were dialled. */
  readonly dials: number;
  /** What the server has counted; nothing if it closed without a word. */
  readonly counters: Counters | undefined;
}

function overlaps(
  { saidAt, tookMs }: RoundTrip,
  { start, end }: { readonly start: number; readonly end: number },
): boolean {
  return saidAt < end && saidAt + tookMs > start;
}

function formatMs(ms: number | undefined): string {
  return ms === undefined ? "—" : `${ms.toFixed(2)} ms`;
}

function quantile(sorted: readonly number[], q: number): string {
  return formatMs(sorted[Math.ceil(q * sorted.length) - 1]);
}

/** What could not be verified; empty if all was. */
export function faults(run: Run): string[] {
  const { file: { sha256, receipt }, conversations, cuts, counters } = run;
  const faults = conversations.flatMap(({ error }) => error ?? []);
  if (receipt?.sha256 !== sha256) {
    faults.push(`SHA-256 sent ${sha256}, received ${receipt?.sha256}`);
  }
  const expected = cuts.length + 1;
  const { sockets, resumes } = counters ?? {};
  if (run.dials !== expected || sockets !== expected) {
    faults.push(
      `${cuts.length} cuts, but ${run.dials} sockets here and ${sockets} at the server`,
    );
  }
  if (resumes !== cuts.length) {
    faults.push(`${cuts.length} cuts, but ${resumes} resumes`);
  }
  return faults;
}

/** The lines of the table. */
export function table(run: Run): string[] {
  const { file, conversations, cuts, dials, counters } = run;
  const { sent, sha256, start, end, receipt } = file;
  const all = conversations.flatMap(({ roundTrips }) => roundTrips);
  const beside = all.filter((trip) => overlaps(trip, file));
  const isDisturbed = (trip: RoundTrip): boolean =>
    cuts.some((cut) => overlaps(trip, cut));
  const disturbed = all.filter(isDisturbed);
  const underWay = disturbed.filter(({ saidAt, tookMs }) =>
    cuts.some(({ start }) => saidAt < start && saidAt + tookMs > start)
  );
  // A short file leaves too few to tell anything by: then all of the run.
  const calm = beside.filter((trip) => !isDisturbed(trip));
  const enough = calm.length >= SAMPLE;
  const times = (enough ? calm : all.filter((trip) => !isDisturbed(trip)))
    .map(({ tookMs }) => tookMs)
    .sort((a, b) => a - b);
  const when = enough ? "while streaming" : "in the whole run";
  const failed =
    conversations.filter(({ error }) => error !== undefined).length;
  const seconds = (end - start) / 1000;
  const took = seconds < 1
    ? `${(seconds * 1000).toFixed(1)} ms`
    : `${seconds.toFixed(2)} s`;
  const longest = disturbed.reduce<number | undefined>(
    (longest, { tookMs }) => Math.max(longest ?? 0, tookMs),
    undefined,
  );
  const rows = [
    [
      "messages there and back",
      sent === 0
        ? `${all.length}`
        : `${all.length}, ${beside.length} of them while the file was streaming`,
    ],
    [`round trip ${when}, p50`, quantile(times, 0.5)],
    [`round trip ${when}, p95`, quantile(times, 0.95)],
    [`round trip ${when}, p99`, quantile(times, 0.99)],
    [
      "round trips over a cut",
      `${disturbed.length}, the longest ${
        formatMs(longest)
      }; not among the above`,
    ],
    [
      "under way at a cut",
      failed === 0
        ? `${underWay.length} messages, each answered once and in order`
        : `${underWay.length} messages; ${failed} conversations failed`,
    ],
    ["file", `${formatBytes(receipt?.bytes ?? 0)} in ${took}`],
    ["throughput", formatRate(sent, seconds)],
    ["SHA-256", receipt?.sha256 === sha256 ? `${sha256} (equal)` : "DIFFERENT"],
    [
      "TCP sockets",
      `${dials} here, ${counters?.sockets} at the server, one after another`,
    ],
    ["resumes", `${counters?.resumes} of one session`],
    [
      "memory (RSS)",
      `${formatBytes(Deno.memoryUsage().rss)} here, ${
        formatBytes(counters?.rssBytes ?? 0)
      } at the server`,
    ],
  ] as const;
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => name.padEnd(width + 2) + value);
}
