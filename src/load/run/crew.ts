/**
 * All virtual users of a run: an actor with a child for each of them. It ends
 * with the run; users are made, replaced and let go here.
 *
 * @module
 */
import type { ActorContext, Clock, Timer } from "../../actor/mod.ts";
import type { Attempt } from "./attempt.ts";
import type { CompiledOperation } from "./compiled_operation.ts";
import { ErrorTally } from "./error_tally.ts";
import type { UserModel } from "./user_model.ts";
import type { UserResult } from "../result.ts";
import type { TimelineRecorder } from "./timeline.ts";
import { type UserHost, VirtualUser } from "./virtual_user.ts";

/** How often deadlines are looked at, at most and at least. */
const SWEEP_MS = { least: 5, most: 50 } as const;

/** The users of a run. */
export class Crew implements UserHost {
  readonly #context: ActorContext<never>;
  readonly #clock: Clock;
  readonly #isOpen: boolean;
  readonly #timeline: TimelineRecorder;
  readonly #users = new Set<VirtualUser>();
  readonly #sweepMs: number;
  #sweeper: Timer | undefined;
  #model: UserModel | undefined;
  #ending = false;
  #onDrained: (() => void) | undefined;
  #made = 0;
  #replaced = 0;
  #peak = 0;
  /** Operations that go on. */
  inFlight = 0;
  /** Users that did not close in time. */
  unclosed = 0;
  /** What could not be closed. */
  readonly closeErrors: ErrorTally = new ErrorTally();

  constructor(
    context: ActorContext<never>,
    clock: Clock,
    model: "open" | "closed",
    operations: readonly CompiledOperation[],
    timeline: TimelineRecorder,
  ) {
    this.#context = context;
    this.#clock = clock;
    this.#isOpen = model === "open";
    this.#timeline = timeline;
    const shortestMs = Math.min(
      ...operations.map(({ timeoutMs }) => timeoutMs),
    );
    this.#sweepMs = Math.max(
      SWEEP_MS.least,
      Math.min(shortestMs / 10, SWEEP_MS.most),
    );
  }

  /** Users that are there. */
  get size(): number {
    return this.#users.size;
  }

  /** Whether a user is one of them, and not lost. */
  has(user: VirtualUser): boolean {
    return this.#users.has(user);
  }

  /** What became of them. */
  result(planned: number): UserResult {
    return {
      planned,
      started: this.#made,
      replaced: this.#replaced,
      peak: this.#peak,
    };
  }

  /** The load begins. */
  begin(model: UserModel): void {
    this.#model = model;
    this.#sweep();
    model.begin();
  }

  /** Makes a user. */
  make(): VirtualUser {
    const user = new VirtualUser(this, this.#made);
    const ref = user.spawn(this.#context, `user-${this.#made}`);
    this.#made++;
    this.#users.add(user);
    this.#peak = Math.max(this.#peak, this.#users.size);
    ref.stopped.then(({ type }) => {
      if (type === "killed") this.unclosed++;
      // One that has crashed is replaced as one that has stalled.
      this.#lose(user);
    });
    return user;
  }

  /** Lets a user go that does nothing. */
  retire(user: VirtualUser): void {
    this.#users.delete(user);
    user.end();
  }

  /** Nothing is begun any more; resolves when nothing goes on. */
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

  /** Ends all users, whatever they do. */
  end(): void {
    this.#ending = true;
    this.#model?.[Symbol.dispose]();
    this.#sweeper?.cancel();
    for (const user of this.#users) this.retire(user);
  }

  // What users tell.

  now(): number {
    return this.#clock.now();
  }

  onStarted(): void {
    this.inFlight++;
  }

  onEnded(attempt: Attempt): void {
    const { operation: { recorder }, ending, isSteady } = attempt;
    const timeline = this.#timeline;
    attempt.counter.end(ending);
    if (ending === "ok") {
      const { latencyMs } = attempt;
      timeline.ok++;
      timeline.latency.record(latencyMs);
      if (isSteady) {
        // In the closed model both are the same.
        if (this.#isOpen) recorder.latency.record(latencyMs);
        recorder.serviceTime.record(attempt.serviceMs);
        recorder.addBytes(attempt.outcome ?? {});
      }
    } else {
      timeline.errors++;
      if (isSteady && attempt.error !== undefined) {
        recorder.errors.add(attempt.error);
      }
    }
    if (--this.inFlight === 0) this.#onDrained?.();
  }

  onIdle(user: VirtualUser): void {
    if (this.#ending) this.retire(user);
    else this.#model?.onIdle(user);
  }

  onCloseError(error: unknown): void {
    this.closeErrors.add(error);
  }

  // One look at all deadlines costs less than a timer for each.

  #sweep(): void {
    this.#sweeper = this.#clock.schedule(this.#sweepMs, () => {
      const now = this.#clock.now();
      for (const user of this.#users) {
        if (user.deadlineAt > now) continue;
        user.expire();
        this.#lose(user);
      }
      this.#sweep();
    });
  }

  #lose(user: VirtualUser): void {
    if (!this.#users.delete(user) || this.#ending) return;
    this.#replaced++;
    this.#model?.onReplaced(this.make());
  }
}
