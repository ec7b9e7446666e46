/**
 * Ends a program and all others in its process group, with `SIGHUP`, then
 * `SIGTERM`, then `SIGKILL`.
 *
 * @module
 */
import type { Clock, Timer } from "../actor/mod.ts";
import type { Pty, SignalName } from "./pty.ts";

/** Milliseconds between checks which processes are left. */
const CHECK_MS = 20;
/**
 * Milliseconds after `SIGKILL` that processes are waited for: they stay in
 * their group until somebody reaps them, which may be never.
 */
const KILLED_MS = 200;

/** How long each step towards the end of a program may take. */
export interface EndingLimits {
  /**
   * Milliseconds from `SIGHUP` to `SIGTERM`.
   * @default {1000}
   */
  readonly hangupMs?: number;
  /**
   * Milliseconds from `SIGTERM` to `SIGKILL`.
   * @default {1000}
   */
  readonly terminateMs?: number;
}

/** Ends the process groups of one PTY. */
export class Ending {
  readonly #pty: Pty;
  readonly #clock: Clock;
  readonly #steps: { readonly signal: SignalName; readonly waitMs: number }[];
  readonly #done = Promise.withResolvers<void>();
  /** Groups with processes left; a number that is free may be reused. */
  readonly #groups = new Set<number>();
  #started = false;
  #nextAt = 0;
  #timer: Timer | undefined;

  /** The end of the processes of `pty`, which has not started. */
  constructor(pty: Pty, clock: Clock, limits: Required<EndingLimits>) {
    this.#pty = pty;
    this.#clock = clock;
    this.#steps = [
      { signal: "SIGHUP", waitMs: limits.hangupMs },
      { signal: "SIGTERM", waitMs: limits.terminateMs },
      { signal: "SIGKILL", waitMs: KILLED_MS },
    ];
  }

  /** Resolves when no process is left, or none can be killed. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  /** Starts, unless it has started. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#groups.add(this.#pty.pid).add(this.#pty.foreground());
    this.#nextAt = this.#clock.now();
    this.check();
  }

  /** Kills the processes that are left, without patience. */
  kill(): void {
    this.start();
    this.#steps.splice(0, this.#steps.length - 1);
    this.#nextAt = Math.min(this.#nextAt, this.#clock.now());
    this.check();
  }

  /** Checks which processes are left; takes the next step if it is due. */
  check(): void {
    if (!this.#started) return;
    this.#timer?.cancel();
    for (const group of this.#groups) {
      if (!this.#pty.signal(group, 0)) this.#groups.delete(group);
    }
    if (this.#groups.size === 0) return this.#done.resolve();
    if (this.#clock.now() >= this.#nextAt) {
      const step = this.#steps.shift();
      if (step === undefined) return this.#done.resolve();
      this.#signal(step.signal);
      this.#nextAt = this.#clock.now() + step.waitMs;
    }
    const waitMs = Math.min(CHECK_MS, this.#nextAt - this.#clock.now());
    this.#timer = this.#clock.schedule(waitMs, () => this.check());
  }

  #signal(signal: SignalName): void {
    for (const group of this.#groups) {
      this.#pty.signal(group, signal);
      // A process that is stopped would not notice the signal.
      this.#pty.signal(group, "SIGCONT");
    }
  }
}
