/**
 * The closed model: so many users, each of whom waits, thinks and goes on.
 *
 * @module
 */
import { backoffDelayMs, resolveBackoff } from "../../actor/internal.ts";
import { Agenda } from "./agenda.ts";
import { BaseModel, type ModelParts } from "./base_model.ts";
import { userEndsAt, userStartsAt } from "./phases.ts";
import { type Random, randomStream } from "../../stats/internal.ts";
import type { ClosedLoad } from "../scenario/scenario.ts";
import { drawThinkTime } from "./think_time.ts";
import type { UserModel } from "./user_model.ts";
import type { VirtualUser } from "./virtual_user.ts";

/**
 * How long a user waits after its driver has rejected, once more often each
 * time: nothing to speak of after one, a second at most after ten in a row.
 */
const REJECTED = resolveBackoff({ initialMs: 1, maxMs: 1000 });

/** What one user draws from. */
interface UserDraws {
  readonly operations: Random;
  readonly think: Random;
}

/** So many users, each goes on when it has thought. */
export class ClosedModel extends BaseModel implements UserModel {
  readonly #load: ClosedLoad;
  /** Users that think; nobody for one that is still to be made. */
  readonly #agenda: Agenda<VirtualUser | undefined>;
  readonly #draws = new WeakMap<VirtualUser, UserDraws>();

  constructor(parts: ModelParts, load: ClosedLoad) {
    super(parts);
    this.#load = load;
    this.#agenda = new Agenda(
      parts.clock,
      (user, atMs) => this.#due(user, atMs),
    );
  }

  begin(): void {
    const { startAt, phases } = this.parts;
    const { users } = this.#load;
    for (let number = 0; number < users; number++) {
      const atMs = startAt + userStartsAt(phases, users, number);
      this.#agenda.add(atMs, undefined);
    }
  }

  onIdle(user: VirtualUser): void {
    const { clock } = this.parts;
    const now = clock.now();
    const endsAt = this.#endsAt(user);
    if (now >= endsAt) return this.parts.crew.retire(user);
    const pauseMs = this.#pauseMs(user);
    if (pauseMs > 0) {
      return this.#agenda.add(Math.min(now + pauseMs, endsAt), user);
    }
    this.#assign(user, now);
    user.begin();
  }

  onReplaced(user: VirtualUser): void {
    const dueAt = this.parts.clock.now() + this.#pauseMs(user);
    this.#agenda.add(Math.min(dueAt, this.#endsAt(user)), user);
  }

  /** Until the next operation. */
  #pauseMs(user: VirtualUser): number {
    const { thinkTime } = this.#load;
    const { think } = this.#drawsOf(user);
    const { rejections } = user;
    return (thinkTime === undefined ? 0 : drawThinkTime(thinkTime, think)) +
      (rejections === 0 ? 0 : backoffDelayMs(REJECTED, rejections - 1, think));
  }

  #due(known: VirtualUser | undefined, atMs: number): void {
    const { clock, crew } = this.parts;
    const now = clock.now();
    const user = known ?? crew.make();
    if (!crew.has(user)) return;
    if (now >= this.#endsAt(user)) return crew.retire(user);
    this.noteLag(atMs, now);
    this.#assign(user, now);
    user.wake();
  }

  #assign(user: VirtualUser, now: number): void {
    const operation = this.draw(this.#drawsOf(user).operations);
    user.assign(operation, this.counterOf(operation, now), undefined);
  }

  #endsAt({ number }: VirtualUser): number {
    const { startAt, phases } = this.parts;
    return startAt + userEndsAt(phases, this.#load.users, number);
  }

  /** Its own: in what order users come does not change what each draws. */
  #drawsOf(user: VirtualUser): UserDraws {
    const known = this.#draws.get(user);
    if (known !== undefined) return known;
    const { seed } = this.parts;
    const draws = {
      operations: randomStream(seed, "operations", user.number),
      think: randomStream(seed, "think", user.number),
    };
    this.#draws.set(user, draws);
    return draws;
  }

  [Symbol.dispose](): void {
    this.#agenda[Symbol.dispose]();
  }
}
