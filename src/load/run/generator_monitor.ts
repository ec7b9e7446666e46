/**
 * What the load generator itself uses, and how late its timers are.
 *
 * @module
 */
import process from "node:process";
import type { Clock, Timer } from "../../actor/mod.ts";
import { Distribution } from "../../metrics/internal.ts";

/** A timer this short finds the pauses that matter to operations. */
const PROBE_MS = 20;

/** Watches this process until it is disposed. */
export class GeneratorMonitor implements Disposable {
  readonly #clock: Clock;
  #timer: Timer | undefined;
  #cpu: { readonly ms: number; readonly atMs: number } | undefined;
  /** How late timers fired, in milliseconds. */
  eventLoopDelay: Distribution = new Distribution();
  rssPeakBytes: number | null = null;
  openFilesPeak: number | null = null;
  /** Milliseconds between `start` and `stop`, of the clock and of any core. */
  #busy: { readonly spanMs: number; readonly cpuMs: number } | undefined;
  #idleMs = 0;
  /** Milliseconds of waiting since the monitor was created. */
  allIdleMs = 0;
  /** How late timers fired since it was reset for an interval. */
  readonly intervalDelay: Distribution = new Distribution();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#probe();
    this.sample();
  }

  /** Milliseconds in which a core was busy, but only with waiting. */
  get idleMs(): number {
    return this.#idleMs;
  }

  /** Milliseconds of work, on any core, between `start` and `stop`. */
  get workMs(): number | null {
    if (this.#busy === undefined) return null;
    return Math.max(0, this.#busy.cpuMs - this.#idleMs);
  }

  /** Cores kept busy by work on average between `start` and `stop`. */
  get cpuCores(): number | null {
    const { workMs } = this;
    if (this.#busy === undefined || workMs === null) return null;
    return workMs / this.#busy.spanMs;
  }

  /** Samples memory and descriptors. */
  sample(): void {
    const rss = orNull(() => process.memoryUsage.rss());
    if (rss !== null) this.rssPeakBytes = Math.max(rss, this.rssPeakBytes ?? 0);
    const open = openFiles();
    if (open !== null) {
      this.openFilesPeak = Math.max(open, this.openFilesPeak ?? 0);
    }
  }

  /** Starts the period that counts: the steady phase. */
  start(): void {
    this.eventLoopDelay.reset();
    this.#cpu = this.#cpuNow();
    this.#idleMs = 0;
  }

  /** Adds time in which a core was busy, but only with waiting. */
  addIdle(ms: number): void {
    this.#idleMs += ms;
    this.allIdleMs += ms;
  }

  /** Ends the period that counts. */
  stop(): void {
    this.#timer?.cancel();
    const [from, to] = [this.#cpu, this.#cpuNow()];
    this.#cpu = undefined;
    if (from === undefined || to === undefined || to.atMs <= from.atMs) return;
    this.#busy = { spanMs: to.atMs - from.atMs, cpuMs: to.ms - from.ms };
  }

  /** Milliseconds on the clock. */
  get nowMs(): number {
    return this.#clock.now();
  }

  /** Processor time of the process so far, if it is known. */
  get cpuMs(): number | null {
    return orNull(() => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    });
  }

  #cpuNow(): { ms: number; atMs: number } | undefined {
    const ms = this.cpuMs;
    return ms === null ? undefined : { ms, atMs: this.nowMs };
  }

  #probe(): void {
    const due = this.#clock.now() + PROBE_MS;
    this.#timer = this.#clock.schedule(PROBE_MS, () => {
      const late = this.#clock.now() - due;
      this.eventLoopDelay.record(late);
      this.intervalDelay.record(late);
      this.#probe();
    });
  }

  /** Stops watching. */
  [Symbol.dispose](): void {
    this.#timer?.cancel();
  }
}

const DESCRIPTORS = "/proc/self/fd";

/** Returns the open descriptors, where Linux counts them in one call (6.2). */
function openFiles(): number | null {
  // Nobody should be asked for a permission during a run.
  const asked = { name: "read", path: DESCRIPTORS } as const;
  if (Deno.permissions.querySync(asked).state !== "granted") return null;
  const count = orNull(() => Deno.statSync(DESCRIPTORS).size);
  return count === 0 ? null : count;
}

/** Returns `null` for what the platform or a missing permission withholds. */
function orNull(read: () => number): number | null {
  try {
    return read();
  } catch {
    return null;
  }
}
