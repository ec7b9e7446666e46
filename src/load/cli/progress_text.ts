/**
 * The progress of a run in one line.
 *
 * @module
 */
import { phaseText } from "../run/phases.ts";
import { clock, count, counted, short } from "../report/numbers.ts";
import type { LoadProgress } from "../result.ts";

/** The width of the bar in columns. */
const BAR = 12;

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

/** Returns the line, as much of it as fits. */
export function progressLine(view: ProgressView, columns: number): string {
  const { progress, sinceMs } = view;
  if (progress === undefined) return `starting ${clock(sinceMs)}`;
  const { plannedMs, phase, total, inFlight, point } = progress;
  const elapsedMs = progress.elapsedMs + sinceMs;
  const fraction = plannedMs > 0 ? Math.min(elapsedMs / plannedMs, 1) : 1;
  const bar = "█".repeat(Math.round(fraction * BAR)).padEnd(BAR, "░");
  const isEnding = view.isEnding || elapsedMs >= plannedMs;
  const errors = total.failed + total.timedOut;
  const line = [
    `${bar} ${clock(Math.min(elapsedMs, plannedMs))} of ${clock(plannedMs)}`,
    isEnding ? `ending, ${count(inFlight)} in flight` : phaseText(phase),
    counted(point.users, "user"),
    `${short(rateOf(view))} ok/s`,
    `p50 ${short(point.latencyP50Ms)} ms`,
    `p99 ${short(point.latencyP99Ms)} ms`,
    counted(errors, "error"),
    ...total.dropped > 0 ? [`${count(total.dropped)} dropped`] : [],
  ];
  while (line.length > 1 && line.join("  ").length > columns) line.pop();
  return line.join("  ").slice(0, columns);
}

function rateOf({ progress, before }: ProgressView): number | null {
  if (progress === undefined) return null;
  const ok = progress.total.ok - (before?.total.ok ?? 0);
  const ms = progress.elapsedMs - (before?.elapsedMs ?? 0);
  return ms > 0 ? ok / ms * 1000 : null;
}
