/**
 * The place of one worker, which it keeps over all its lives: what the program
 * sees of the worker, and what its actor and the handle of the program share.
 *
 * @module
 */
import type { TroupeError } from "../actor/mod.ts";
import type { Channel } from "./channel.ts";
import { CoreLostError } from "./errors.ts";
import type { WorkerThread } from "./worker_thread.ts";

/**
 * What a worker is doing: `starting` until its module has been called, `running`,
 * `stopping` while it shuts down, `lost` until it is started again, `stuck` when
 * it was ended but computes on, and `stopped` for good.
 */
export type CorePhase =
  | "starting"
  | "running"
  | "stopping"
  | "lost"
  | "stuck"
  | "stopped";

/** A change of a worker, as `CoresOptions.onState` gets it. */
export interface CoreState {
  /** Index of the worker, from 0. */
  readonly index: number;
  /** How often the worker was started, from 1. */
  readonly incarnation: number;
  /** What it does now. */
  readonly phase: CorePhase;
  /** Why it is `lost`. */
  readonly cause?: unknown;
}

/** The place of one worker. */
export class CoreSeat {
  readonly index: number;
  phase: CorePhase = "starting";
  /** How often the worker was started. */
  incarnation = 0;
  /** Set once the first start has succeeded, or failed. */
  readonly firstStart: PromiseWithResolvers<void> = Promise.withResolvers();
  /** The thread of the last life, which may not have ended yet. */
  thread: WorkerThread | undefined;
  /** Resolves when that thread has ended, or was ended but computes on. */
  ended: Promise<void> = Promise.resolve();
  /** The channel to the worker, once that runs. */
  channel: Channel | undefined;
  readonly #onState: (state: CoreState) => void;

  constructor(index: number, onState: (state: CoreState) => void) {
    this.index = index;
    this.#onState = onState;
    // A failure is an error of whoever starts the workers.
    this.firstStart.promise.catch(() => {});
  }

  /** Changes the phase, and reports it. */
  enter(phase: CorePhase, cause?: unknown): void {
    if (this.phase === phase && phase !== "starting") return;
    this.phase = phase;
    const { index, incarnation } = this;
    this.#onState({
      index,
      incarnation,
      phase,
      ...cause === undefined ? {} : { cause },
    });
  }

  /**
   * Returns the channel to the worker.
   *
   * @throws {CoreLostError} while there is none.
   */
  get running(): Channel {
    if (this.channel !== undefined) return this.channel;
    throw new CoreLostError(
      `Cannot ask worker ${this.index}: it is ${this.phase}, try again when it runs`,
    );
  }
}

/** Returns why a worker has ended. */
export function coreLost(index: number, thread: WorkerThread): TroupeError {
  const { failure } = thread;
  return failure === undefined
    ? new CoreLostError(`Worker ${index} has ended by itself`)
    : new CoreLostError(`Worker ${index} has failed: ${failure.message}`, {
      cause: failure,
    });
}
