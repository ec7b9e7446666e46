/**
 * What the main thread of a program holds of its workers.
 *
 * @module
 */
import type { AskOptions } from "../actor/mod.ts";
import type { CoreSpread } from "./core_calls.ts";
import type { CorePhase } from "./core_seat.ts";
import type { CoreHandler, CoreTopic } from "./core_topic.ts";
import type { ListenerTotals } from "./shared_listeners.ts";

/** What one worker has replied, or why it has not. */
export type CoreReply<Reply> =
  | { readonly index: number; readonly value: Reply }
  | { readonly index: number; readonly error: unknown };

/** One worker, in {@linkcode Cores.workers}. */
export interface CoreInfo {
  /** Index of the worker, from 0. */
  readonly index: number;
  /** What it does now. */
  readonly phase: CorePhase;
  /** How often it was started, from 1; 0 before the first start. */
  readonly incarnation: number;
}

/** One worker with what its listeners do; zeros while it does not run. */
export interface CoreStats extends CoreInfo, ListenerTotals {}

/** All workers, and how evenly they are used. */
export interface CoresStats {
  /** Who takes new connections of shared ports. */
  readonly spread: CoreSpread;
  /** The workers, each with the numbers of its listeners since it started. */
  readonly workers: readonly CoreStats[];
  /**
   * The most sockets that one worker has accepted, over the mean of all: 1 when
   * they are spread evenly, the number of workers when one has them all; `null`
   * before the first socket.
   */
  readonly skew: number | null;
}

/** The workers of a program, as its main thread sees them. */
export interface Cores extends AsyncDisposable {
  /** Number of workers that run the module. */
  readonly count: number;
  /** Who takes new connections of shared ports. */
  readonly spread: CoreSpread;
  /** The workers as they are now. */
  readonly workers: readonly CoreInfo[];
  /** Resolves when all workers have ended; never rejects. */
  readonly closed: Promise<void>;
  /**
   * Handles a topic for all workers; a later handler replaces an earlier one.
   *
   * @throws {TypeError} if the handler is not a function.
   */
  handle<Request, Reply>(
    topic: CoreTopic<Request, Reply>,
    handler: CoreHandler<Request, Reply>,
  ): Disposable;
  /**
   * Asks one worker, and waits for the reply.
   *
   * @throws {AskTimeoutError} as a rejection, if no reply comes in time.
   * @throws {CoreLostError} as a rejection, if the worker is not running, or
   * ends before it has replied.
   * @throws {CoreRequestError} as a rejection, if its handler fails, or it has
   * none.
   * @throws {RangeError} as a rejection, if there is no such worker.
   */
  ask<Request, Reply>(
    index: number,
    topic: CoreTopic<Request, Reply>,
    request: Request,
    options?: AskOptions,
  ): Promise<Reply>;
  /** Asks all workers; resolves when each has replied or failed to. */
  askAll<Request, Reply>(
    topic: CoreTopic<Request, Reply>,
    request: Request,
    options?: AskOptions,
  ): Promise<CoreReply<Reply>[]>;
  /** Returns what the listeners of all workers do. */
  stats(options?: AskOptions): Promise<CoresStats>;
  /**
   * Sends one worker a request without waiting for it to be handled. Returns
   * false if the worker is not running.
   *
   * @throws {RangeError} if there is no such worker.
   */
  tell<Request, Reply>(
    index: number,
    topic: CoreTopic<Request, Reply>,
    request: Request,
  ): boolean;
  /**
   * Ends all workers in order: each disposes of what its module returned, shuts
   * its system down, and is ended when that takes over `shutdownMs`.
   */
  close(): Promise<void>;
}
