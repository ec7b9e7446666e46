/**
 * The system: the root of the tree, and what all its actors share.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { checkDuration, checkNumber } from "../checks/internal.ts";
import type { Behavior, SpawnOptions } from "./behavior.ts";
import { ActorCell } from "./actor_cell.ts";
import { type Clock, realClock } from "./clock.ts";
import { SystemCore } from "./core.ts";
import { TroupeError } from "./errors.ts";
import type { Scheduler } from "./dispatcher.ts";
import type { SystemEvents } from "./system_events.ts";
import type { ActorRef } from "./ref.ts";
import { Registry } from "./registry.ts";
import type { ActorSnapshot } from "./snapshot.ts";

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
  /**
   * Who runs next; for tests that explore interleavings.
   * @default {first come, first served, in bursts of 16 messages}
   */
  readonly scheduler?: Scheduler;
  /**
   * Whether `tree()` tells how long each actor was busy. It costs every run of
   * an actor two looks at the clock, some 150 ns.
   * @default {false}
   */
  readonly measureBusyTime?: boolean;
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
    const { scheduler, shutdownMs = 10_000 } = options;
    if (scheduler !== undefined) {
      checkNumber("scheduler.burst", scheduler.burst, { min: 1 });
    }
    checkDuration("shutdownMs", shutdownMs);
    this.#core = new SystemCore(
      this,
      options.clock ?? realClock,
      scheduler,
      options.measureBusyTime ?? false,
    );
    this.#shutdownMs = shutdownMs;
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
    // Nobody spawns it, so nobody else starts it.
    this.#core.dispatcher.schedule(this.#root);
  }

  /** The source of time of this system. */
  get clock(): Clock {
    return this.#core.clock;
  }

  /** Every start, stop, failure, restart and dead letter. */
  get events(): SystemEvents {
    return this.#core.events;
  }

  /** Actors by what they offer. */
  readonly registry: Registry = new Registry();

  /** Messages that could not be delivered so far. */
  get deadLetters(): number {
    return this.#core.deadLetters;
  }

  /** Answers that came after their ask had ended so far. */
  get lateReplies(): number {
    return this.#core.lateReplies;
  }

  /** All actors as they are now, from the root down. */
  tree(): ActorSnapshot {
    return this.#root.snapshot();
  }

  /**
   * Resolves when no actor is ready to run: what was told has been handled,
   * but for what waits for a timer, for I/O or for another promise. For tests.
   */
  async idle(): Promise<void> {
    do {
      await new Promise<void>((resolve) => setImmediate(resolve));
    } while (!this.#core.dispatcher.idle);
  }

  /** Starts an actor at the top of the tree. */
  spawn<M>(behavior: Behavior<M>, options?: SpawnOptions<M>): ActorRef<M> {
    if (this.#report !== undefined) {
      throw new TroupeError("Cannot spawn: the system is shutting down");
    }
    return this.#root.spawnChild(behavior, options);
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
