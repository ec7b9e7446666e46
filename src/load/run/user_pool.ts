/**
 * All virtual users of a run: children of one actor. The pool spawns users,
 * replaces those that stall or crash, and retires those no longer needed; it
 * ends with the run.
 *
 * @module
 */
import type { ActorContext, Clock, Timer } from "../../actor/mod.ts";
import { LoadTestError } from "../load_errors.ts";
import type { UserResult } from "../result_details.ts";
import type { Attempt } from "./attempt.ts";
import type { CompiledOperation } from "./compiled_operation.ts";
import { ErrorTally, type Failure } from "./error_tally.ts";
import { phaseOf, type ResolvedPhases } from "./phases.ts";
import type { Share } from "./share.ts";
import type { TimelineRecorder } from "./timeline.ts";
import type { UserModel } from "./user_model.ts";
import type { UserHost } from "./user_host.ts";
import { VirtualUser } from "./virtual_user.ts";

/** The shortest and longest interval at which deadlines are checked. */
const SWEEP_MS = { min: 5, max: 50 } as const;

/** Options of a {@linkcode UserPool}. */
export interface UserPoolOptions {
  /** The actor whose children the users are. */
  readonly context: ActorContext<never>;
  readonly clock: Clock;
  readonly model: "open" | "closed";
  readonly operations: readonly CompiledOperation[];
  readonly timeline: TimelineRecorder;
  readonly share: Share;
  readonly phases: ResolvedPhases;
  /** When the load started, on the clock. */
  readonly startAt: number;
}

/** The users of a run. */
export class UserPool implements UserHost {
  readonly #context: ActorContext<never>;
  readonly clock: Clock;
  readonly #isOpen: boolean;
  readonly #timeline: TimelineRecorder;
  readonly #share: Share;
  readonly #phases: ResolvedPhases;
  readonly #startAt: number;
  readonly #users = new Set<VirtualUser>();
  readonly #sweepMs: number;
  readonly #teardown = new AbortController();
  #sweeper: Timer | undefined;
  #model: UserModel | undefined;
  #ending = false;
  #onDrained: (() => void) | undefined;
  #spawned = 0;
  #replaced = 0;
  #peak = 0;
  /** Operations under way. */
  inFlight = 0;
  /** Users that did not close in time. */
  unclosed = 0;
  /** Errors of what could not be closed. */
  readonly closeErrors: ErrorTally = new ErrorTally();
  /** Errors of teardowns of users. */
  readonly teardownErrors: ErrorTally = new ErrorTally();

  constructor(options: UserPoolOptions) {
    this.#context = options.context;
    this.clock = options.clock;
    this.#isOpen = options.model === "open";
    this.#timeline = options.timeline;
    this.#share = options.share;
    this.#phases = options.phases;
    this.#startAt = options.startAt;
    const shortestMs = Math.min(
      ...options.operations.flatMap(({ steps }) =>
        steps.map(({ timeoutMs }) => timeoutMs)
      ),
    );
    this.#sweepMs = Math.max(
      SWEEP_MS.min,
      Math.min(shortestMs / 10, SWEEP_MS.max),
    );
  }

  /** The number of users now. */
  get size(): number {
    return this.#users.size;
  }

  /** Returns whether a user is in the pool, neither lost nor retired. */
  has(user: VirtualUser): boolean {
    return this.#users.has(user);
  }

  /** Returns what became of the users, of whom so many were planned. */
  result(planned: number): UserResult {
    return {
      planned,
      started: this.#spawned,
      replaced: this.#replaced,
      peak: this.#peak,
    };
  }

  /** Starts the load. */
  start(model: UserModel): void {
    this.#model = model;
    this.#sweep();
    model.start();
  }

  /** The number of the next user, if it does not matter which one it is. */
  get #nextNumber(): number {
    const { index, count } = this.#share;
    return index + count * this.#spawned;
  }

  /** Adds a user to the pool, and starts it; its number is its own alone. */
  spawn(number: number = this.#nextNumber): VirtualUser {
    this.#spawned++;
    const user = new VirtualUser(this, number);
    const ref = user.spawn(this.#context, `user-${number}`);
    this.#users.add(user);
    this.#peak = Math.max(this.#peak, this.#users.size);
    ref.stopped.then(({ type }) => {
      if (type === "killed") this.unclosed++;
      // One that crashed is replaced like one that stalled.
      this.#replace(user);
    });
    return user;
  }

  /** Removes and stops an idle user. */
  retire(user: VirtualUser): void {
    this.#users.delete(user);
    user.stop();
  }

  /** Starts nothing more; resolves when no operation is under way. */
  drain(): Promise<void> {
    this.#ending = true;
    this.#model?.[Symbol.dispose]();
    for (const user of this.#users) {
      if (!user.busy) this.retire(user);
    }
    return new Promise((resolve) => {
      this.#onDrained = resolve;
      if (this.inFlight === 0) resolve();
    });
  }

  /** Stops all users, whatever they do. */
  stop(): void {
    this.#ending = true;
    this.#model?.[Symbol.dispose]();
    this.#sweeper?.cancel();
    for (const user of this.#users) this.retire(user);
  }

  /** Gives up what users do before they are gone. */
  interruptTeardowns(): void {
    this.#teardown.abort(new LoadTestError("the run was aborted"));
  }

  // What users report.

  get teardownSignal(): AbortSignal {
    return this.#teardown.signal;
  }

  now(): number {
    return this.clock.now();
  }

  onStarted(): void {
    this.inFlight++;
  }

  placeOf(
    { stage }: Attempt,
  ): Pick<Failure, "phase" | "atMs"> {
    return {
      phase: phaseOf(this.#phases, stage),
      atMs: this.clock.now() - this.#startAt,
    };
  }

  onEnded(attempt: Attempt): void {
    const { operation: { recorder }, ending, stage } = attempt;
    if (ending === "ok") {
      const { latencyMs, serviceMs, outcome } = attempt;
      this.#timeline.addOk(latencyMs);
      // In the closed model both times are the same.
      const other = this.#isOpen ? latencyMs : undefined;
      recorder.succeed(stage, serviceMs, outcome, other);
    } else {
      this.#timeline.addError(ending);
      const { error, step, failure } = attempt;
      recorder.end(stage, ending, error, step, failure);
    }
    if (--this.inFlight === 0) this.#onDrained?.();
  }

  onIdle(user: VirtualUser): void {
    if (this.#ending) this.retire(user);
    else this.#model?.onIdle(user);
  }

  onTeardownError(error: unknown): void {
    this.teardownErrors.add(error);
  }

  onCloseError(error: unknown): void {
    this.closeErrors.add(error);
  }

  // One pass over all deadlines costs less than a timer for each.

  #sweep(): void {
    this.#sweeper = this.clock.schedule(this.#sweepMs, () => {
      const now = this.clock.now();
      for (const user of this.#users) {
        if (user.deadlineAt >= now) continue;
        user.timeOut();
        this.#replace(user);
      }
      this.#sweep();
    });
  }

  #replace(user: VirtualUser): void {
    if (!this.#users.delete(user) || this.#ending) return;
    this.#replaced++;
    this.#model?.onLost(user);
  }
}
