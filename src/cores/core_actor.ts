/**
 * The actor of one worker: starts the thread, watches over it and ends it. Its
 * parent is the supervisor of all workers, which starts it again, with back-off,
 * when the thread fails, exits or no longer responds.
 *
 * A thread that computes cannot be interrupted. It keeps its seat until it is
 * gone, so that there are never more threads than were asked for.
 *
 * @module
 */
import { abortable } from "@std/async/abortable";
import type { Behavior } from "../actor/mod.ts";
import { reasonOf } from "../checks/internal.ts";
import { Channel } from "./channel.ts";
import { type CoreStart, PING, START, STOP } from "./core_calls.ts";
import { coreLost, type CoreSeat } from "./core_seat.ts";
import type { HandledTopic } from "./core_topic.ts";
import { CoreLostError, CoreStartError } from "./errors.ts";
import type { WorkerName } from "./worker_name.ts";
import { WorkerThread } from "./worker_thread.ts";

/** Milliseconds that a thread has to end after it was terminated. */
const END_MS = 500;
/** Milliseconds beyond `shutdownMs` until a worker is terminated. */
const MARGIN_MS = 250;
/** Signs of life that are asked for within `unresponsiveMs`. */
const PINGS = 3;

/** Milliseconds after which the actor of a worker is killed. */
export function killAfterMs(shutdownMs: number): number {
  return shutdownMs + MARGIN_MS + 2 * END_MS;
}

/** Messages of the actor of a worker. */
export type CoreMessage =
  /** The thread is gone. */
  | { readonly type: "gone" }
  /** Ask for a sign of life. */
  | { readonly type: "ping_due" }
  /** It has given one. */
  | { readonly type: "pong" }
  /** It has given none in time. */
  | { readonly type: "silent" };

/** What the actor of a worker is made of. */
export interface CoreActorOptions {
  readonly seat: CoreSeat;
  /** What the worker is started with. */
  readonly start: Omit<CoreStart, "incarnation">;
  /** Milliseconds without a sign of life until the worker counts as lost. */
  readonly unresponsiveMs: number;
  /** What the main thread handles, for this worker. */
  readonly handlers: Map<string, HandledTopic>;
  /** Called when a thread has ended. */
  readonly onGone: (worker: WorkerName) => void;
}

/** Returns the behaviour of the actor of one worker. */
export function coreActor(options: CoreActorOptions): Behavior<CoreMessage> {
  const { seat, start } = options;
  const { index } = seat;
  return async (context) => {
    const { signal, system: { clock } } = context;
    await untilGone(seat, signal);
    const incarnation = ++seat.incarnation;
    seat.enter("starting");
    const thread = new WorkerThread(
      new URL("./core_worker.ts", import.meta.url),
      `core-${index}`,
    );
    seat.thread = thread;
    const channel = new Channel(thread.port, {
      clock,
      from: index,
      peer: `worker ${index}`,
    }, options.handlers);
    let isResponsive = true;
    /** The thread is gone, or past help. */
    const ended = Promise.withResolvers<void>();
    seat.ended = ended.promise;
    void thread.gone.then(() => {
      if (seat.channel === channel) seat.channel = undefined;
      channel.close(coreLost(index, thread));
      ended.resolve();
      options.onGone({ index, incarnation });
    });

    async function end(): Promise<void> {
      const isRunning = seat.channel === channel;
      if (isRunning) seat.channel = undefined;
      if (isRunning && isResponsive) {
        seat.enter("stopping");
        const timeoutMs = start.shutdownMs + MARGIN_MS;
        await channel.ask(STOP, undefined, { timeoutMs }).catch(() => {});
      }
      thread.terminate();
      const timer = clock.schedule(END_MS, () => {
        seat.enter("stuck");
        ended.resolve();
      });
      await ended.promise;
      timer.cancel();
      channel.close(coreLost(index, thread));
    }
    signal.addEventListener("abort", () => void end(), { once: true });

    try {
      await channel.ask(START, { ...start, incarnation }, {
        timeoutMs: Infinity,
        signal,
      });
    } catch (cause) {
      const error = new CoreStartError(
        `Cannot start worker ${index}: ${reasonOf(thread.failure ?? cause)}`,
        { cause: thread.failure ?? cause },
      );
      seat.enter("lost", error);
      seat.firstStart.reject(error);
      throw error;
    }
    seat.channel = channel;
    seat.enter("running");
    seat.firstStart.resolve();
    void thread.gone.then(() => context.self.tell({ type: "gone" }));

    const intervalMs = options.unresponsiveMs / PINGS;
    let missed = 0;
    function watch(): void {
      if (intervalMs !== Infinity) context.after(intervalMs, PING_DUE);
    }
    watch();

    return {
      receive(message) {
        switch (message.type) {
          case "gone": {
            const cause = coreLost(index, thread);
            seat.enter("lost", cause);
            throw cause;
          }
          case "ping_due":
            return context.pipeToSelf(
              channel.ask(PING, undefined, { timeoutMs: intervalMs }),
              () => ({ type: "pong" }),
              () => ({ type: "silent" }),
            );
          case "pong":
            missed = 0;
            return watch();
          case "silent": {
            // One may have been missed because this thread was away.
            if (++missed < PINGS - 1) {
              return void context.self.tell(PING_DUE);
            }
            isResponsive = false;
            const cause = new CoreLostError(
              `Worker ${index} has not responded for ${options.unresponsiveMs} ms: something in it blocks its thread`,
            );
            seat.enter("lost", cause);
            throw cause;
          }
          default:
            message satisfies never;
        }
      },
      stopped: () => ended.promise,
    };
  };
}

const PING_DUE: CoreMessage = { type: "ping_due" };

/** Waits for the thread of the last life, which may still compute. */
async function untilGone(
  { thread }: CoreSeat,
  signal: AbortSignal,
): Promise<void> {
  if (thread !== undefined) await abortable(thread.gone, signal);
}
