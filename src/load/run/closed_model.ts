/**
 * The closed model: a fixed number of users, each of whom performs an
 * operation, waits for its end, thinks and goes on.
 *
 * @module
 */
import { backoffDelayMs, resolveBackoff } from "../../actor/internal.ts";
import { type Random, randomStream } from "../../stats/internal.ts";
import { mostUsers } from "../scenario/load_level.ts";
import type { ClosedLoad, ThinkTime } from "../scenario/scenario.ts";
import { BaseModel, type ModelContext } from "./base_model.ts";
import { nextStay, type PlannedStage } from "./stage_plan.ts";
import { drawThinkTime } from "./think_time.ts";
import { TimerQueue } from "./timer_queue.ts";
import type { UserModel } from "./user_model.ts";
import type { VirtualUser } from "./virtual_user.ts";

/**
 * How long a user waits after its driver has rejected: longer with each
 * rejection in a row, hardly at all after one and at most a second after ten.
 */
const REJECTION_BACKOFF = resolveBackoff({ initialMs: 1, maxMs: 1000 });

/** What the model knows of a user. */
interface ClosedUser {
  /** The place of the user, which another one may take after it. */
  readonly place: number;
  /** When its stay ends, on the clock. */
  readonly endsAt: number;
  readonly operations: Random;
  readonly think: Random;
}

/** Has each user go on when it has thought. */
export class ClosedModel extends BaseModel implements UserModel {
  readonly #thinkTime: ThinkTime | undefined;
  /** The most users at the same time. */
  readonly #places: number;
  /** Users that think; a number is a place whose user is yet to be spawned. */
  readonly #thinking: TimerQueue<VirtualUser | number>;
  readonly #known = new WeakMap<VirtualUser, ClosedUser>();
  /** How many users there were before, by their place. */
  readonly #before = new Map<number, number>();
  /** The index of the current stage. */
  #stage = 0;

  constructor(context: ModelContext, load: ClosedLoad) {
    super(context);
    this.#thinkTime = load.thinkTime;
    this.#places = mostUsers(load);
    this.#thinking = new TimerQueue(
      context.clock,
      (due, at) => this.#onDue(due, at),
    );
  }

  start(): void {
    const { share: { index, count } } = this.context;
    for (let place = index; place < this.#places; place += count) {
      this.#await(place, 0);
    }
  }

  /** Nothing: its users start late, and plan nothing ahead. */
  catchUp(): void {}

  onIdle(user: VirtualUser): void {
    const now = this.context.clock.now();
    const known = this.#known.get(user);
    if (known === undefined) return;
    if (now >= known.endsAt) return this.#leave(user, known, now);
    const pauseMs = this.#pauseMs(user, known);
    if (pauseMs > 0) {
      return this.#thinking.add(Math.min(now + pauseMs, known.endsAt), user);
    }
    this.#assign(user, known, now);
    user.start();
  }

  onLost(lost: VirtualUser): void {
    const before = this.#known.get(lost);
    if (before === undefined) return;
    const user = this.#spawn(before.place, before.endsAt);
    const known = this.#known.get(user);
    if (known === undefined) return;
    const dueAt = this.context.clock.now() + this.#pauseMs(user, known);
    this.#thinking.add(Math.min(dueAt, known.endsAt), user);
  }

  /** Draws the pause before the next operation. */
  #pauseMs({ rejections }: VirtualUser, { think }: ClosedUser): number {
    const thinkMs = this.#thinkTime === undefined
      ? 0
      : drawThinkTime(this.#thinkTime, think);
    return rejections === 0
      ? thinkMs
      : thinkMs + backoffDelayMs(REJECTION_BACKOFF, rejections - 1, think);
  }

  #onDue(due: VirtualUser | number, at: number): void {
    const { clock, pool, startAt, phases: { stages } } = this.context;
    const now = clock.now();
    let user: VirtualUser;
    if (typeof due === "number") {
      // A late timer may have missed a stay.
      const stay = nextStay(stages, due, now - startAt);
      if (stay === undefined) return;
      if (startAt + stay.startMs > now) return this.#await(due, now - startAt);
      user = this.#spawn(due, startAt + stay.endMs);
    } else {
      if (!pool.has(due)) return;
      user = due;
    }
    const known = this.#known.get(user);
    if (known === undefined) return;
    if (now >= known.endsAt) return this.#leave(user, known, now);
    const stage = this.#stageAt(at);
    if (stage !== undefined) this.recordLag(stage, at, now);
    this.#assign(user, known, now);
    user.wake();
  }

  #assign(user: VirtualUser, { operations }: ClosedUser, now: number): void {
    const operation = this.draw(operations);
    const stage = this.#stageAt(now);
    if (stage === undefined) return;
    user.assign(operation, stage, undefined, user.iterations++);
  }

  /** Returns the stage at a time, which never goes back; the last at the end. */
  #stageAt(at: number): PlannedStage | undefined {
    const { startAt, phases: { stages } } = this.context;
    const last = stages.length - 1;
    const atMs = at - startAt;
    while (this.#stage < last && atMs >= (stages[this.#stage]?.endMs ?? 0)) {
      this.#stage++;
    }
    return stages[this.#stage];
  }

  /** Has a user come when its place is taken the next time, if it is. */
  #await(place: number, afterMs: number): void {
    const { startAt, phases: { stages } } = this.context;
    const stay = nextStay(stages, place, afterMs);
    if (stay === undefined) return;
    this.#thinking.add(startAt + Math.max(stay.startMs, afterMs), place);
  }

  #leave(user: VirtualUser, { place }: ClosedUser, now: number): void {
    this.context.pool.retire(user);
    this.#await(place, now - this.context.startAt);
  }

  /**
   * Spawns the user of a place. The order in which users come and act changes
   * neither their numbers nor what each of them draws.
   */
  #spawn(place: number, endsAt: number): VirtualUser {
    const { seed, pool } = this.context;
    const before = this.#before.get(place) ?? 0;
    this.#before.set(place, before + 1);
    const user = pool.spawn(place + this.#places * before);
    this.#known.set(user, {
      place,
      endsAt,
      operations: randomStream(seed, "operations", user.number),
      think: randomStream(seed, "think", user.number),
    });
    return user;
  }

  [Symbol.dispose](): void {
    this.#thinking[Symbol.dispose]();
  }
}
