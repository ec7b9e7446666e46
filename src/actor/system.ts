/**
 * The actor system: the root of the tree, and what all its actors share.
 *
 * @module
 */
import {
  checkBoolean,
  checkDuration,
  checkFunction,
  checkNumber,
  checkObject,
  checkOptionNames,
  countFrom,
  type OptionNames,
} from "../checks/internal.ts";
import { checkSpawn } from "./argument_checks.ts";
import type { Behavior, SpawnOptions } from "./behavior.ts";
import { ActorCell } from "./actor_cell.ts";
import type { BaseCell } from "./base_cell.ts";
import { checkClock, type Clock, realClock } from "./clock.ts";
import { nextTurn } from "./next_turn.ts";
import { SystemCore } from "./core.ts";
import { TroupeError } from "./errors.ts";
import type { Scheduler } from "./dispatcher.ts";
import type { SystemEvents } from "./system_events.ts";
import type { ActorRef } from "./ref.ts";
import { Registry } from "./registry.ts";
import type { ActorSnapshot } from "./snapshot.ts";
import { viewTree } from "./tree_walk.ts";

/** Options of an {@linkcode ActorSystem}. */
export interface ActorSystemOptions {
  /**
   * The source of time; tests pass a clock that they move by hand.
   * @default {realClock}
   */
  readonly clock?: Clock;
  /**
   * Milliseconds from the start of a shutdown until the actors that are left
   * are killed, 0 or more.
   * @default {10000}
   */
  readonly shutdownMs?: number;
  /**
   * Decides which actor runs next, for tests that explore interleavings.
   * @default {first come, first served, in bursts of 16 messages}
   */
  readonly scheduler?: Scheduler;
  /**
   * Whether `tree()` reports how long each actor was busy. It reads the clock
   * twice in every run of an actor, which costs some 150 ns.
   * @default {false}
   */
  readonly measureBusyTime?: boolean;
}

const OPTIONS: OptionNames<ActorSystemOptions> = {
  clock: true,
  shutdownMs: true,
  scheduler: true,
  measureBusyTime: true,
};

/**
 * Turns of the event loop without a ready actor until a system is idle. A
 * socket that has read for a while leaves the others a turn before it goes on,
 * and what it reads then may be for an actor.
 */
const QUIET_TURNS = 3;

/** The outcome of a shutdown. */
export interface ShutdownReport {
  /** The paths of the actors that did not stop in time and were killed. */
  readonly killed: readonly string[];
}

/**
 * A tree of actors that share a clock, a scheduler and a stream of events.
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

  /**
   * Creates a system that is ready to spawn actors.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} if an option has the wrong type, or is not known.
   * @throws {RangeError} if an option is out of its range.
   */
  constructor(options: ActorSystemOptions = {}) {
    checkOptionNames("ActorSystem", options, OPTIONS);
    const {
      clock = realClock,
      scheduler,
      shutdownMs = 10_000,
      measureBusyTime = false,
    } = options;
    checkClock("clock", clock);
    if (scheduler !== undefined) checkScheduler(scheduler);
    checkDuration("shutdownMs", shutdownMs);
    checkBoolean("measureBusyTime", measureBusyTime);
    this.#core = new SystemCore(this, clock, scheduler, measureBusyTime);
    this.#shutdownMs = shutdownMs;
    this.#root = new ActorCell<never>(
      this.#core,
      undefined,
      "",
      () => ({ receive() {} }),
      // The deadline of the system itself is the one that counts.
      { shutdownMs: Infinity },
      false,
    );
    this.#core.root = this.#root;
    this.#root.stopOrder = "last_first";
    // It has no parent to start it.
    this.#core.dispatcher.schedule(this.#root);
  }

  /** The source of time of this system. */
  get clock(): Clock {
    return this.#core.clock;
  }

  /** The starts, stops, failures, restarts and dead letters of the system. */
  get events(): SystemEvents {
    return this.#core.events;
  }

  /** The registry of actors by key. */
  readonly registry: Registry = new Registry();

  /** Number of messages that could not be delivered so far. */
  get deadLetters(): number {
    const { stopped, refused, dropped } = this.#core.deadLetters;
    return stopped + refused + dropped;
  }

  /** Number of replies so far that came after their ask had ended. */
  get lateReplies(): number {
    return this.#core.lateReplies;
  }

  /** Returns all actors as they are now, from the root down. */
  tree(): ActorSnapshot {
    return viewTree<BaseCell>(this.#root);
  }

  /**
   * Resolves when no actor is ready to run, for tests: all messages have been
   * handled, except where a handler waits for a timer, for I/O or for another
   * promise.
   */
  async idle(): Promise<void> {
    for (let quietTurns = 0; quietTurns < QUIET_TURNS; quietTurns++) {
      await new Promise<void>((resolve) => nextTurn(resolve));
      if (!this.#core.dispatcher.idle) quietTurns = -1;
    }
  }

  /**
   * Starts an actor at the top of the tree.
   *
   * @throws {TypeError} if the behaviour is not a function, the name is empty or
   * contains a `/`, or an option has the wrong type or is not known.
   * @throws {RangeError} if an option is out of its range.
   * @throws {TroupeError} if another actor at the top has the name, or the
   * system is shutting down.
   */
  spawn<M>(behavior: Behavior<M>, options?: SpawnOptions<M>): ActorRef<M> {
    if (this.#report !== undefined) {
      throw new TroupeError("Cannot spawn: the system is shutting down");
    }
    checkSpawn(behavior, options);
    return this.#root.spawnChild(behavior, options);
  }

  /**
   * Stops all actors, those at the top last to first, each with its children.
   * The actors left after `shutdownMs` are killed. Safe to call twice.
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

function checkScheduler(scheduler: Scheduler): void {
  checkObject("scheduler", scheduler, "an object with burst and pick");
  checkNumber("scheduler.burst", scheduler.burst, countFrom(1));
  checkFunction("scheduler.pick", scheduler.pick);
}
