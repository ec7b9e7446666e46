/**
 * The progress of a run in one line.
 *
 * @module
 */
import { phaseText } from "../run/phases.ts";
import { clock, count, counted, short } from "../report/numbers.ts";
import type { LoadProgress } from "../result.ts";

/** The widths of the bar in columns, where there is room and where not. */
const BAR = { wide: 12, narrow: 6 } as const;

/** What a progress line shows. */
export interface ProgressView {
  /** The last progress of the load; `undefined` before it has started. */
  readonly progress: LoadProgress | undefined;
  /** The progress before the last one. */
  readonly before: LoadProgress | undefined;
  /** Milliseconds since the last progress, or since the run started. */
  readonly sinceMs: number;
  /** Whether the run is being ended early. */
  readonly isEnding: boolean;
}

/**
 * Returns the line, as much of it as fits: what says least goes first, and
 * errors stay.
 */
export function progressLine(view: ProgressView, columns: number): string {
  const { progress, sinceMs } = view;
  if (progress === undefined) return `starting ${clock(sinceMs)}`;
  const { plannedMs, phase, total, inFlight, point } = progress;
  const elapsedMs = progress.elapsedMs + sinceMs;
  const fraction = plannedMs > 0 ? Math.min(elapsedMs / plannedMs, 1) : 1;
  const barOf = (width: number) =>
    "█".repeat(Math.round(fraction * width)).padEnd(width, "░");
  const time = `${clock(Math.min(elapsedMs, plannedMs))} of ${
    clock(plannedMs)
  }`;
  const isEnding = view.isEnding || elapsedMs >= plannedMs;
  const errors = total.failed + total.timedOut;
  const parts: Part[] = [
    { text: `${barOf(BAR.wide)} ${time}`, rank: 9 },
    {
      text: isEnding
        ? `ending, ${count(inFlight)} in flight`
        : progress.stage ?? phaseText(phase),
      rank: 8,
    },
    { text: counted(point.users, "user"), rank: 2 },
    { text: `${short(rateOf(view))} ok/s`, rank: 6 },
    { text: `p50 ${short(point.latencyP50Ms)} ms`, rank: 1 },
    { text: `p99 ${short(point.latencyP99Ms)} ms`, rank: 5 },
    { text: counted(errors, "error"), rank: 7 },
    ...total.dropped > 0
      ? [{ text: `${count(total.dropped)} dropped`, rank: 4 }]
      : [],
  ];
  if (lineOf(parts).length > columns) {
    parts[0] = { text: `${barOf(BAR.narrow)} ${time}`, rank: 9 };
  }
  while (parts.length > 1 && lineOf(parts).length > columns) {
    const least = Math.min(...parts.map(({ rank }) => rank));
    parts.splice(parts.findIndex(({ rank }) => rank === least), 1);
  }
  return lineOf(parts).slice(0, columns);
}

/** A part of the line; those of a lower rank go first. */
interface Part {
  readonly text: string;
  readonly rank: number;
}

function lineOf(parts: readonly Part[]): string {
  return parts.map(({ text }) => text).join("  ");
}

function rateOf({ progress, before }: ProgressView): number | null {
  if (progress === undefined) return null;
  const ok = progress.total.ok - (before?.total.ok ?? 0);
  const ms = progress.elapsedMs - (before?.elapsedMs ?? 0);
  return ms > 0 ? ok / ms * 1000 : null;
}
