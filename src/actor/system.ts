/**
 * The system: the root of the tree, and what all its actors share.
 *
 * @module
 */
import type { Behavior, SpawnOptions } from "./behavior.ts";
import { ActorCell, spawnChild } from "./actor_cell.ts";
import { type Clock, realClock } from "./clock.ts";
import { SystemCore } from "./core.ts";
import { TroupeError } from "./errors.ts";
import type { EventStream } from "./events.ts";
import type { ActorRef } from "./ref.ts";

/** Options of an {@linkcode ActorSystem}. */
export interface ActorSystemOptions {
  /**
   * Source of time; a test gives one that it moves by hand.
   * @default {the real clock}
   */
  readonly clock?: Clock;
  /**
   * Milliseconds from the start of a shutdown until whoever is left is
   * killed.
   * @default {10000}
   */
  readonly shutdownMs?: number;
}

/** How a shutdown went. */
export interface ShutdownReport {
  /** Paths of the actors that did not stop in time and were killed. */
  readonly killed: readonly string[];
}

/**
 * A tree of actors with one clock, one scheduler and one event stream.
 *
 * @example
 * ```ts
 * import { ActorSystem, type Behavior } from "@troupe/troupe";
 *
 * const greeter: Behavior<string> = () => ({
 *   receive: (name) => console.log(`Hello, ${name}`),
 * });
 *
 * await using system = new ActorSystem();
 * system.spawn(greeter).tell("world");
 * ```
 */
export class ActorSystem implements AsyncDisposable {
  readonly #core: SystemCore;
  readonly #root: ActorCell<never>;
  readonly #shutdownMs: number;
  #report: Promise<ShutdownReport> | undefined;

  /** A system that is ready to spawn. */
  constructor(options: ActorSystemOptions = {}) {
    this.#core = new SystemCore(this, options.clock ?? realClock);
    this.#shutdownMs = options.shutdownMs ?? 10_000;
    if (!(this.#shutdownMs >= 0)) {
      throw new RangeError(
        `Cannot make a system: shutdownMs is ${this.#shutdownMs}, it must be 0 or more`,
      );
    }
    this.#root = new ActorCell<never>(
      this.#core,
      undefined,
      "",
      () => ({ receive() {} }),
      // The system's own deadline is the one that counts.
      { shutdownMs: Infinity },
      false,
    );
    this.#root.stopOrder = "last_first";
  }

  /** The source of time of this system. */
  get clock(): Clock {
    return this.#core.clock;
  }

  /** Every start, stop, failure, restart and dead letter. */
  get events(): EventStream {
    return this.#core.events;
  }

  /** Messages that could not be delivered so far. */
  get deadLetters(): number {
    return this.#core.deadLetters;
  }

  /** Answers that came after their ask had ended so far. */
  get lateReplies(): number {
    return this.#core.lateReplies;
  }

  /** Starts an actor at the top of the tree. */
  spawn<M>(behavior: Behavior<M>, options?: SpawnOptions<M>): ActorRef<M> {
    if (this.#report !== undefined) {
      throw new TroupeError("Cannot spawn: the system is shutting down");
    }
    return spawnChild(this.#root, behavior, options, false);
  }

  /**
   * Stops everything: top-level actors last to first, each with its children.
   * Whoever is left after `shutdownMs` is killed. Safe to call twice.
   */
  shutdown(): Promise<ShutdownReport> {
    return this.#report ??= this.#shutdown();
  }

  async #shutdown(): Promise<ShutdownReport> {
    const core = this.#core;
    const killed: string[] = core.killed = [];
    const timer = core.clock.schedule(this.#shutdownMs, () => {
      this.#root.reportKilled();
      this.#root.kill();
    });
    this.#root.stop();
    await this.#root.stopped;
    timer.cancel();
    core.deadlines.close();
    return { killed };
  }

  /** Shuts the system down; for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }
}
