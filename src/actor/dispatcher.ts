/**
 * Decides which actor runs next, and when the event loop gets its turn.
 *
 * Actors that have work queue up here and run on a microtask, so a message
 * costs no macrotask. After a small burst the rest waits for the next turn, so
 * that sockets and timers are served however busy the actors are.
 *
 * @module
 */
import { nextTurn } from "./next_turn.ts";
import { Ring } from "./ring.ts";
import { RoomWaiters } from "./room_waiters.ts";

/** Something that can run: an actor. */
export interface Runnable {
  /** Handles up to `maxMessages` messages and returns how many it handled. */
  run(maxMessages: number): number;
}

/** Messages that one actor handles before the next gets its turn. */
const BURST_MESSAGES = 16;
/**
 * Messages between two readings of the clock, 75 ns each, while others wait.
 */
const MESSAGES_PER_CLOCK_READ = 32;
/**
 * The same when the queue was empty: then only a chain of microtasks, such as
 * asynchronous handlers that never wait for I/O, can keep the event loop out.
 */
const MESSAGES_PER_IDLE_CLOCK_READ = 256;
/** Milliseconds that actors may run before the event loop gets its turn. */
const TURN_MS = 0.1;

/** Decides which ready actor runs next, for tests. */
export interface Scheduler {
  /** Messages that an actor handles before the next gets its turn, from 1. */
  readonly burst: number;
  /** Returns which of `count` ready actors runs next, from 0. */
  pick(count: number): number;
}

/** The run queue of a system. */
export class Dispatcher {
  /** Those who wait until an actor has handled messages. */
  readonly room: RoomWaiters = new RoomWaiters();
  readonly #scheduler: Scheduler | undefined;
  readonly #burst: number;
  readonly #ready = new Ring<Runnable>();
  #armed = false;
  #sinceClockRead = 0;
  #turnStart = 0;

  constructor(scheduler?: Scheduler) {
    this.#scheduler = scheduler;
    this.#burst = scheduler?.burst ?? BURST_MESSAGES;
  }

  /** Whether no actor is ready to run. */
  get idle(): boolean {
    return !this.#armed;
  }

  /** Puts an actor at the end of the run queue. */
  schedule(actor: Runnable): void {
    this.#ready.push(actor);
    if (this.#armed) return;
    this.#armed = true;
    if (this.#turnIsOver(MESSAGES_PER_IDLE_CLOCK_READ)) this.#yield();
    else queueMicrotask(this.#run);
  }

  readonly #run = (): void => {
    let actor: Runnable | undefined;
    while ((actor = this.#next()) !== undefined) {
      this.#sinceClockRead += 1 + actor.run(this.#burst);
      if (this.room.isAwaited) this.room.changed(actor);
      if (this.#ready.length > 0 && this.#turnIsOver(MESSAGES_PER_CLOCK_READ)) {
        return this.#yield();
      }
    }
    this.#armed = false;
  };

  #next(): Runnable | undefined {
    if (this.#scheduler !== undefined && this.#ready.length > 1) {
      this.#ready.promote(this.#scheduler.pick(this.#ready.length));
    }
    return this.#ready.shift();
  }

  #turnIsOver(messagesPerRead: number): boolean {
    if (this.#sinceClockRead < messagesPerRead) return false;
    this.#sinceClockRead = 0;
    // By count alone for the scheduler of a test: its order must not depend on
    // time.
    return this.#scheduler !== undefined ||
      performance.now() - this.#turnStart > TURN_MS;
  }

  #yield(): void {
    nextTurn(() => {
      this.#turnStart = performance.now();
      this.#run();
    });
  }
}
