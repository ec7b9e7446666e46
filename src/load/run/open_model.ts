/**
 * The open model: operations start at a rate, whatever the service does.
 *
 * @module
 */
import { type Random, randomStream } from "../../stats/internal.ts";
import type { OpenLoad } from "../scenario/scenario.ts";
import { Arrivals } from "./arrivals.ts";
import { BaseModel, type ModelContext } from "./base_model.ts";
import { dropSteps } from "./flow_progress.ts";
import { PunctualTimer } from "./punctual_timer.ts";
import type { PlannedStage } from "./stage_plan.ts";
import { shareOf } from "./share.ts";
import type { UserModel } from "./user_model.ts";
import type { VirtualUser } from "./virtual_user.ts";

/** Starts operations at their planned times; any idle user performs them. */
export class OpenModel extends BaseModel implements UserModel {
  readonly #maxUsers: number;
  readonly #arrivals: Arrivals;
  readonly #random: Random;
  readonly #idle: VirtualUser[] = [];
  readonly #timer: PunctualTimer;
  /** How many arrivals come before the next one of this worker. */
  #ours: number;
  /** The number of the next arrival of the run. */
  #arrival = 0;

  constructor(context: ModelContext, load: OpenLoad) {
    super(context);
    this.#maxUsers = shareOf(load.maxUsers, context.share);
    this.#ours = context.share.index;
    this.#timer = new PunctualTimer(
      context.clock,
      () => this.#arrive(),
      context.onIdle,
    );
    this.#random = randomStream(context.seed, "operations");
    this.#arrivals = new Arrivals(
      context.phases.stages,
      load.arrivals ?? "poisson",
      randomStream(context.seed, "arrivals"),
    );
  }

  start(): void {
    this.#arrive();
  }

  catchUp(): void {
    this.#timer[Symbol.dispose]();
    this.#arrive();
  }

  onIdle(user: VirtualUser): void {
    // Last in, first out: no more users are kept busy than are needed.
    this.#idle.push(user);
  }

  onLost(): void {
    this.onIdle(this.context.pool.spawn());
  }

  #arrive(): void {
    const now = this.context.clock.now();
    let nextMs: number | undefined;
    while ((nextMs = this.#nextMs()) !== undefined) {
      const plannedAt = this.context.startAt + nextMs;
      if (plannedAt > now) return this.#timer.set(plannedAt);
      const { stage } = this.#arrivals;
      if (stage === undefined) return;
      this.#arrivals.advance();
      this.#ours = this.context.share.count - 1;
      this.#dispatch(stage, plannedAt, now, this.#arrival++);
    }
  }

  /**
   * Returns the next start of this worker. Those of the others are drawn as
   * well: together they are what one worker would have.
   */
  #nextMs(): number | undefined {
    for (; this.#ours > 0; this.#ours--) {
      if (this.#arrivals.nextMs === undefined) return undefined;
      this.draw(this.#random);
      this.#arrivals.advance();
      this.#arrival++;
    }
    return this.#arrivals.nextMs;
  }

  #dispatch(
    stage: PlannedStage,
    plannedAt: number,
    now: number,
    arrival: number,
  ): void {
    const { pool, timeline } = this.context;
    const operation = this.draw(this.#random);
    // Also of dropped ones: a stall of the generator mostly drops operations.
    this.recordLag(stage, plannedAt, now);
    const user = this.#takeIdle() ??
      (pool.size < this.#maxUsers ? pool.spawn() : undefined);
    if (user === undefined) {
      operation.recorder.drop(stage);
      if (operation.isFlow) {
        // Any user could have performed it.
        const plan = operation.plan(operation.values(0, arrival));
        dropSteps(plan, stage);
      }
      timeline.dropped++;
      return;
    }
    user.assign(operation, stage, plannedAt, arrival);
    user.wake();
  }

  /** Takes the user that became idle last and was not lost since. */
  #takeIdle(): VirtualUser | undefined {
    let user: VirtualUser | undefined;
    while ((user = this.#idle.pop()) !== undefined) {
      if (this.context.pool.has(user)) return user;
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
  }
}
