/**
 * The closed model: a fixed number of users, each of whom performs an
 * operation, waits for its end, thinks and goes on.
 *
 * @module
 */
import { backoffDelayMs, resolveBackoff } from "../../actor/internal.ts";
import { type Random, randomStream } from "../../stats/internal.ts";
import type { ClosedLoad } from "../scenario/scenario.ts";
import { BaseModel, type ModelContext } from "./base_model.ts";
import { userEndsAt, userStartsAt } from "./phases.ts";
import { drawThinkTime } from "./think_time.ts";
import { TimerQueue } from "./timer_queue.ts";
import type { UserModel } from "./user_model.ts";
import type { VirtualUser } from "./virtual_user.ts";

/**
 * How long a user waits after its driver has rejected: longer with each
 * rejection in a row, hardly at all after one and at most a second after ten.
 */
const REJECTION_BACKOFF = resolveBackoff({ initialMs: 1, maxMs: 1000 });

/** What one user draws from. */
interface UserDraws {
  readonly operations: Random;
  readonly think: Random;
}

/** Has each user go on when it has thought. */
export class ClosedModel extends BaseModel implements UserModel {
  readonly #load: ClosedLoad;
  /** Users that think; `undefined` stands for one that is yet to be spawned. */
  readonly #thinking: TimerQueue<VirtualUser | undefined>;
  readonly #draws = new WeakMap<VirtualUser, UserDraws>();

  constructor(context: ModelContext, load: ClosedLoad) {
    super(context);
    this.#load = load;
    this.#thinking = new TimerQueue(
      context.clock,
      (user, at) => this.#onDue(user, at),
    );
  }

  start(): void {
    const { startAt, phases, share: { index, count } } = this.context;
    const { users } = this.#load;
    for (let number = index; number < users; number += count) {
      const at = startAt + userStartsAt(phases, users, number);
      this.#thinking.add(at, undefined);
    }
  }

  onIdle(user: VirtualUser): void {
    const { clock, pool } = this.context;
    const now = clock.now();
    const endsAt = this.#endsAt(user);
    if (now >= endsAt) return pool.retire(user);
    const pauseMs = this.#pauseMs(user);
    if (pauseMs > 0) {
      return this.#thinking.add(Math.min(now + pauseMs, endsAt), user);
    }
    this.#assign(user, now);
    user.start();
  }

  onReplaced(user: VirtualUser): void {
    const dueAt = this.context.clock.now() + this.#pauseMs(user);
    this.#thinking.add(Math.min(dueAt, this.#endsAt(user)), user);
  }

  /** Draws the pause before the next operation. */
  #pauseMs(user: VirtualUser): number {
    const { thinkTime } = this.#load;
    const { think } = this.#drawsOf(user);
    const { rejections } = user;
    const thinkMs = thinkTime === undefined
      ? 0
      : drawThinkTime(thinkTime, think);
    return rejections === 0
      ? thinkMs
      : thinkMs + backoffDelayMs(REJECTION_BACKOFF, rejections - 1, think);
  }

  #onDue(known: VirtualUser | undefined, at: number): void {
    const { clock, pool } = this.context;
    const now = clock.now();
    const user = known ?? pool.spawn();
    if (!pool.has(user)) return;
    if (now >= this.#endsAt(user)) return pool.retire(user);
    this.recordLag(at, now);
    this.#assign(user, now);
    user.wake();
  }

  #assign(user: VirtualUser, now: number): void {
    const operation = this.draw(this.#drawsOf(user).operations);
    const counter = this.counterOf(operation, now);
    user.assign(operation, counter, undefined, user.iterations++);
  }

  #endsAt({ number }: VirtualUser): number {
    const { startAt, phases } = this.context;
    return startAt + userEndsAt(phases, this.#load.users, number);
  }

  /**
   * Returns the streams of one user: the order in which users act does not
   * change what each of them draws.
   */
  #drawsOf(user: VirtualUser): UserDraws {
    const known = this.#draws.get(user);
    if (known !== undefined) return known;
    const { seed } = this.context;
    const draws = {
      operations: randomStream(seed, "operations", user.number),
      think: randomStream(seed, "think", user.number),
    };
    this.#draws.set(user, draws);
    return draws;
  }

  [Symbol.dispose](): void {
    this.#thinking[Symbol.dispose]();
  }
}
