/**
 * The end of a program and of all in its process group: they are asked with
 * `SIGHUP`, told with `SIGTERM`, and killed.
 *
 * @module
 */
import type { Clock, Timer } from "../actor/mod.ts";
import type { Pty, SignalName } from "./pty.ts";

/** Milliseconds between looks at who is left. */
const LOOK_MS = 20;
/**
 * Milliseconds after which who was killed is left to the system: the dead may
 * stay in a group for as long as nobody reaps them.
 */
const KILLED_MS = 200;

/** How long each step may take. */
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

/** Ends the process groups of a PTY, once. */
export class Ending {
  readonly #pty: Pty;
  readonly #clock: Clock;
  readonly #steps: { readonly signal: SignalName; readonly waitMs: number }[];
  readonly #done = Promise.withResolvers<void>();
  /** Groups in which somebody is left; a number may be another's later. */
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

  /** Resolves when nobody is left, or nobody can be killed. */
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

  /** Kills who is left, without any patience. */
  kill(): void {
    this.start();
    this.#steps.splice(0, this.#steps.length - 1);
    this.#nextAt = Math.min(this.#nextAt, this.#clock.now());
    this.check();
  }

  /** Goes on if it is time, or done if nobody is left. */
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
      this.#tell(step.signal);
      this.#nextAt = this.#clock.now() + step.waitMs;
    }
    const waitMs = Math.min(LOOK_MS, this.#nextAt - this.#clock.now());
    this.#timer = this.#clock.schedule(waitMs, () => this.check());
  }

  #tell(signal: SignalName): void {
    for (const group of this.#groups) {
      this.#pty.signal(group, signal);
      // Who is stopped would not notice.
      this.#pty.signal(group, "SIGCONT");
    }
  }
}
