/**
 * The open model: operations start at a rate, whatever the service does.
 *
 * @module
 */
import type { Timer } from "../../actor/mod.ts";
import { Arrivals } from "./arrivals.ts";
import { BaseModel, type ModelParts } from "./base_model.ts";
import { type Random, randomStream } from "../../stats/internal.ts";
import type { OpenLoad } from "../scenario/scenario.ts";
import type { UserModel } from "./user_model.ts";
import type { VirtualUser } from "./virtual_user.ts";

/** Operations begin at their planned times, whoever is free does them. */
export class OpenModel extends BaseModel implements UserModel {
  readonly #maxUsers: number;
  readonly #arrivals: Arrivals;
  readonly #random: Random;
  readonly #idle: VirtualUser[] = [];
  #timer: Timer | undefined;

  constructor(parts: ModelParts, load: OpenLoad) {
    super(parts);
    this.#maxUsers = load.maxUsers;
    this.#random = randomStream(parts.seed, "operations");
    this.#arrivals = new Arrivals(
      parts.phases,
      load.arrivalsPerSecond,
      load.arrivals ?? "poisson",
      randomStream(parts.seed, "arrivals"),
    );
  }

  begin(): void {
    this.#arrive();
  }

  onIdle(user: VirtualUser): void {
    // The last first: no more users are kept busy than are needed.
    this.#idle.push(user);
  }

  onReplaced(user: VirtualUser): void {
    this.onIdle(user);
  }

  #arrive(): void {
    const { clock } = this.parts;
    const now = clock.now();
    let nextMs: number | undefined;
    while ((nextMs = this.#arrivals.nextMs) !== undefined) {
      const plannedAt = this.parts.startAt + nextMs;
      if (plannedAt > now) {
        // Timers take whole milliseconds, and what is cut off is too early.
        const delayMs = Math.ceil(plannedAt - now);
        this.#timer = clock.schedule(delayMs, () => this.#arrive());
        return;
      }
      this.#arrivals.advance();
      this.#dispatch(plannedAt, now);
    }
  }

  #dispatch(plannedAt: number, now: number): void {
    const { crew, timeline } = this.parts;
    const operation = this.draw(this.#random);
    const counter = this.counterOf(operation, plannedAt);
    // Of dropped ones too: those of a stall of the generator are mostly that.
    this.noteLag(plannedAt, now);
    const user = this.#freeUser() ??
      (crew.size < this.#maxUsers ? crew.make() : undefined);
    if (user === undefined) {
      counter.drop();
      timeline.dropped++;
      return;
    }
    user.assign(operation, counter, plannedAt);
    user.wake();
  }

  /** The last that became free and has not been lost since. */
  #freeUser(): VirtualUser | undefined {
    let user: VirtualUser | undefined;
    while ((user = this.#idle.pop()) !== undefined) {
      if (this.parts.crew.has(user)) return user;
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
  }
}
