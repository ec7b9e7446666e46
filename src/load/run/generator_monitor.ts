/**
 * What the generator itself uses, and how late its timers are.
 *
 * @module
 */
import process from "node:process";
import type { Clock, Timer } from "../../actor/mod.ts";
import { Distribution } from "../../metrics/internal.ts";

/** A timer as short as this finds pauses that matter to operations. */
const PROBE_MS = 20;

/** Watches the process from its beginning until it is disposed. */
export class GeneratorMonitor implements Disposable {
  readonly #clock: Clock;
  #timer: Timer | undefined;
  #cpu: { readonly ms: number; readonly atMs: number } | undefined;
  /** Milliseconds that timers were late by. */
  readonly eventLoopDelay: Distribution = new Distribution();
  rssPeakBytes: number | null = null;
  openFilesPeak: number | null = null;
  /** Cores kept busy between begin and end; not before. */
  cpuCores: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#probe();
    this.sample();
  }

  /** Looks at memory and descriptors. */
  sample(): void {
    const rss = orNull(() => process.memoryUsage.rss());
    if (rss !== null) this.rssPeakBytes = Math.max(rss, this.rssPeakBytes ?? 0);
    const open = openFiles();
    if (open !== null) {
      this.openFilesPeak = Math.max(open, this.openFilesPeak ?? 0);
    }
  }

  /** What counts begins: the steady phase. */
  begin(): void {
    this.eventLoopDelay.reset();
    this.#cpu = this.#cpuNow();
  }

  /** What counts has ended. */
  end(): void {
    this.#timer?.cancel();
    const [from, to] = [this.#cpu, this.#cpuNow()];
    this.#cpu = undefined;
    if (from === undefined || to === undefined || to.atMs <= from.atMs) return;
    this.cpuCores = (to.ms - from.ms) / (to.atMs - from.atMs);
  }

  #cpuNow(): { ms: number; atMs: number } | undefined {
    const ms = orNull(() => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    });
    return ms === null ? undefined : { ms, atMs: this.#clock.now() };
  }

  #probe(): void {
    const due = this.#clock.now() + PROBE_MS;
    this.#timer = this.#clock.schedule(PROBE_MS, () => {
      this.eventLoopDelay.record(this.#clock.now() - due);
      this.#probe();
    });
  }

  /** Ends the watch. */
  [Symbol.dispose](): void {
    this.#timer?.cancel();
  }
}

const DESCRIPTORS = "/proc/self/fd";

/** Descriptors that are open, where Linux says so in one look (since 6.2). */
function openFiles(): number | null {
  // Nobody is to be asked for a permission in the midst of a run.
  const asked = { name: "read", path: DESCRIPTORS } as const;
  if (Deno.permissions.querySync(asked).state !== "granted") return null;
  const count = orNull(() => Deno.statSync(DESCRIPTORS).size);
  return count === 0 ? null : count;
}

/** What the platform or a missing permission does not give is `null`. */
function orNull(read: () => number): number | null {
  try {
    return read();
  } catch {
    return null;
  }
}
