/**
 * Decides who runs next, and when the event loop gets its turn.
 *
 * Actors that have work queue up here and run on a microtask, so a message
 * costs no macrotask. After a small burst the rest waits for `setImmediate`:
 * sockets and timers are served in between, however busy the actors are.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { Ring } from "./ring.ts";

/** What can be run: an actor. */
export interface Runnable {
  /** Handles up to `maxMessages` and answers how many it has handled. */
  run(maxMessages: number): number;
}

/** Messages that one actor handles before the next has its turn. */
const BURST_MESSAGES = 16;
/** Messages between two looks at the clock while others wait; 75 ns a look. */
const MESSAGES_PER_LOOK = 32;
/**
 * The same when the queue was empty: then only a chain of microtasks, such as
 * asynchronous handlers that never wait for I/O, can keep the event loop out.
 */
const MESSAGES_PER_IDLE_LOOK = 256;
/** Time that actors may run before the event loop has its turn. */
const TURN_MS = 0.1;

/** Decides which of those that are ready runs next; for tests. */
export interface Scheduler {
  /** Messages that an actor handles before the next has its turn. */
  readonly burst: number;
  /** Which of `count` actors that are ready runs next, from 0. */
  pick(count: number): number;
}

/** The run queue of a system. */
export class Dispatcher {
  readonly #scheduler: Scheduler | undefined;
  readonly #burst: number;
  readonly #ready = new Ring<Runnable>();
  #armed = false;
  #sinceLook = 0;
  #turnStart = 0;

  constructor(scheduler?: Scheduler) {
    this.#scheduler = scheduler;
    this.#burst = scheduler?.burst ?? BURST_MESSAGES;
  }

  /** Whether nobody is ready to run. */
  get idle(): boolean {
    return !this.#armed;
  }

  /** Puts an actor at the end of the run queue. */
  schedule(actor: Runnable): void {
    this.#ready.push(actor);
    if (this.#armed) return;
    this.#armed = true;
    if (this.#turnIsOver(MESSAGES_PER_IDLE_LOOK)) this.#yield();
    else queueMicrotask(this.#run);
  }

  readonly #run = (): void => {
    let actor: Runnable | undefined;
    while ((actor = this.#next()) !== undefined) {
      this.#sinceLook += 1 + actor.run(this.#burst);
      if (this.#ready.length > 0 && this.#turnIsOver(MESSAGES_PER_LOOK)) {
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

  #turnIsOver(messagesPerLook: number): boolean {
    if (this.#sinceLook < messagesPerLook) return false;
    this.#sinceLook = 0;
    // By count alone for a test's scheduler: its order must not hang on time.
    return this.#scheduler !== undefined ||
      performance.now() - this.#turnStart > TURN_MS;
  }

  #yield(): void {
    setImmediate(() => {
      this.#turnStart = performance.now();
      this.#run();
    });
  }
}
