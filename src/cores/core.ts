/**
 * What a module that runs on a worker gets, and how it says who it is.
 *
 * @module
 */
import type { ActorSystem, AskOptions } from "../actor/mod.ts";
import type { Connector } from "../session/mod.ts";
import type { CoreHandler, CoreTopic } from "./core_topic.ts";

/** One of the workers of a program, as its own module sees it. */
export interface Core<Data = unknown> {
  /** The actor system of this worker, which shuts down with it. */
  readonly system: ActorSystem;
  /** Index of this worker, from 0. */
  readonly index: number;
  /** Number of workers that run the module. */
  readonly count: number;
  /** How often this worker was started, from 1. */
  readonly incarnation: number;
  /** A copy of the option `data`. */
  readonly data: Data;
  /** Aborts when this worker begins to shut down. */
  readonly signal: AbortSignal;
  /** Whether this worker takes new connections of shared ports. */
  readonly listens: boolean;
  /**
   * Returns options for `Deno.serve` or `Deno.listen`, with which all workers
   * take connections of one port. Port 0, the default, is one that the system
   * chooses for all workers. `listen` shares its port by itself.
   *
   * @throws {RangeError} if `port` is out of its range.
   */
  sharePort<Options extends { hostname?: string; port?: number }>(
    options: Options,
  ): Options & { port: number; reusePort: boolean };
  /**
   * Handles a topic in this worker; a later handler replaces an earlier one.
   *
   * @throws {TypeError} if the handler is not a function.
   */
  handle<Request, Reply>(
    topic: CoreTopic<Request, Reply>,
    handler: CoreHandler<Request, Reply>,
  ): Disposable;
  /**
   * Asks the main thread, and waits for the reply.
   *
   * @throws {AskTimeoutError} as a rejection, if no reply comes in time.
   * @throws {CoreRequestError} as a rejection, if its handler fails, or it has
   * none.
   */
  ask<Request, Reply>(
    topic: CoreTopic<Request, Reply>,
    request: Request,
    options?: AskOptions,
  ): Promise<Reply>;
  /** Sends the main thread a request without waiting for it to be handled. */
  tell<Request, Reply>(
    topic: CoreTopic<Request, Reply>,
    request: Request,
  ): void;
  /**
   * Returns what opens logical connections to the main thread, which serves them
   * by its option `sessions`: the bus of the program, for instance, is
   * `connectBus(core.connector())`. It ends with this worker.
   */
  connector(): Connector;
}

/**
 * The default export of a module that workers run. It is called once in each
 * worker; what it returns, such as a listener, is disposed first when the worker
 * shuts down.
 */
export type CoreMain<Data = unknown> = (
  core: Core<Data>,
) =>
  | AsyncDisposable
  | Disposable
  | void
  | PromiseLike<AsyncDisposable | Disposable | void>;
