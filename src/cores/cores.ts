/**
 * A program on all cores: workers that each run the same module, supervised as
 * actors of the program's system are.
 *
 * ```
 * system
 * └─ cores (one_for_one, with back-off)
 *    ├─ core-0    keeps a worker thread, with an actor system of its own
 *    └─ core-1
 * ```
 *
 * @module
 */
import {
  type ActorSystem,
  type AskOptions,
  child,
  supervisor,
} from "../actor/mod.ts";
import { callGuarded, report } from "../actor/internal.ts";
import { checkInteger, checkMethods } from "../checks/internal.ts";
import { addHandler } from "./channel.ts";
import { coreActor, killAfterMs } from "./core_actor.ts";
import type { CoreSpread } from "./core_calls.ts";
import { type CorePhase, CoreSeat } from "./core_seat.ts";
import type { CoreHandler, CoreTopic, HandledTopic } from "./core_topic.ts";
import {
  checkModule,
  type CoresOptions,
  resolveCoresOptions,
} from "./cores_options.ts";

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

/**
 * Starts workers that each run `module`, and supervises them as actors of
 * `system`. A worker that fails, exits or no longer responds is started again;
 * the others go on. Resolves when all have started.
 *
 * @param module The module whose default export, a {@linkcode CoreMain}, is
 * called in each worker.
 * @throws {CoreStartError} as a rejection, if a worker does not start.
 * @throws {TypeError} as a rejection, for an option of the wrong type.
 * @throws {RangeError} as a rejection, for an option that is out of its range.
 *
 * @example
 * ```ts ignore
 * import { ActorSystem } from "@troupe/troupe";
 * import { cores } from "@troupe/troupe/cores";
 *
 * await using system = new ActorSystem();
 * await using service = await cores(
 *   system,
 *   new URL("./service.ts", import.meta.url),
 *   { data: { port: 9000 } },
 * );
 * await service.closed;
 * ```
 */
export async function cores<Data = unknown>(
  system: ActorSystem,
  module: URL | string,
  options: CoresOptions<Data> = {},
): Promise<Cores> {
  checkMethods("system", system, ["spawn", "tree"], "an ActorSystem");
  const href = checkModule(module);
  const settings = resolveCoresOptions(options);
  const { count, spread, startMs, shutdownMs, unresponsiveMs } = settings;
  const handlers = new Map<string, HandledTopic>();
  for (const handled of settings.handlers) handlers.set(handled.name, handled);
  const seats = Array.from(
    { length: count },
    (_, index) =>
      new CoreSeat(index, (state) => {
        callGuarded(
          () => settings.onState(state),
          (cause) => report("The onState of cores() has failed:", cause),
        );
      }),
  );
  const root = system.spawn(supervisor({
    backoff: settings.backoff,
    maxRestarts: Infinity,
    children: seats.map((seat) =>
      child({
        name: `core-${seat.index}`,
        startMs,
        shutdownMs: killAfterMs(shutdownMs),
        behavior: coreActor({
          seat,
          unresponsiveMs,
          handlers,
          start: {
            module: href,
            index: seat.index,
            count,
            spread,
            shutdownMs,
            data: options.data,
          },
        }),
      })
    ),
  }));
  const closed = root.stopped.then(async () => {
    // One whose start has failed has no life that could wait for it.
    await Promise.all(seats.map((seat) => seat.ended));
    for (const seat of seats) if (seat.phase !== "stuck") seat.enter("stopped");
  });
  const close = (): Promise<void> => {
    root.stop();
    return closed;
  };
  try {
    await Promise.all(seats.map((seat) => seat.firstStart.promise));
  } catch (error) {
    await close();
    throw error;
  }

  function seatOf(index: number): CoreSeat {
    checkInteger("index", index, { min: 0, max: count - 1 });
    const seat = seats[index];
    if (seat === undefined) throw new RangeError(`No worker ${index}`);
    return seat;
  }

  return {
    count,
    spread,
    closed,
    get workers() {
      return seats.map(({ index, phase, incarnation }) => ({
        index,
        phase,
        incarnation,
      }));
    },
    handle: (topic, handler) => addHandler(handlers, topic.handledBy(handler)),
    async ask(index, topic, request, askOptions) {
      return await seatOf(index).running.ask(topic, request, askOptions);
    },
    async askAll(topic, request, askOptions) {
      return await Promise.all(seats.map(async (seat) => {
        const { index } = seat;
        try {
          return {
            index,
            value: await seat.running.ask(topic, request, askOptions),
          };
        } catch (error) {
          return { index, error };
        }
      }));
    },
    tell(index, topic, request) {
      return seatOf(index).channel?.tell(topic, request) ?? false;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
