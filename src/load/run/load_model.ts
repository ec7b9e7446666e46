/**
 * Who decides when users do what: the open and the closed model.
 *
 * @module
 */
import type { Clock, Timer } from "../../actor/mod.ts";
import { backoffDelayMs, resolveBackoff } from "../../actor/internal.ts";
import type { Distribution } from "../../metrics/mod.ts";
import type { Counter } from "./accounting.ts";
import { Agenda } from "./agenda.ts";
import { Arrivals } from "./arrivals.ts";
import type { CompiledOperation } from "./compiled_operation.ts";
import type { Crew } from "./crew.ts";
import {
  phaseAt,
  type ResolvedPhases,
  userEndsAt,
  userStartsAt,
} from "./phases.ts";
import { type Random, randomStream } from "../../stats/internal.ts";
import type { ClosedLoad, OpenLoad } from "../scenario/scenario.ts";
import { drawThinkTime } from "./think_time.ts";
import type { TimelineRecorder } from "./timeline.ts";
import type { VirtualUser } from "./virtual_user.ts";

/** A model that works; disposing it means that nothing more begins. */
export interface LoadModel extends Disposable {
  /** The load begins now. */
  begin(): void;
  /** A user has nothing to do. */
  free(user: VirtualUser): void;
  /** A new user stands in for one that is lost. */
  replace(user: VirtualUser): void;
}

/** What both models work with. */
export interface ModelParts {
  readonly clock: Clock;
  /** The moment of the clock at which the load begins. */
  readonly startAt: number;
  readonly crew: Crew;
  readonly phases: ResolvedPhases;
  readonly seed: number;
  readonly operations: readonly CompiledOperation[];
  /** The index of an operation, by weight. */
  readonly choose: (random: Random) => number;
  readonly timeline: TimelineRecorder;
  /** How late operations were begun, in milliseconds, in the steady phase. */
  readonly lag: Distribution;
}

/** What both models do. */
abstract class Model {
  protected readonly parts: ModelParts;
  constructor(parts: ModelParts) {
    this.parts = parts;
  }

  protected draw(random: Random): CompiledOperation {
    const { operations, choose } = this.parts;
    return operations[choose(random)] as CompiledOperation;
  }

  /** Who counts an operation of that moment. */
  protected counterOf(
    { recorder }: CompiledOperation,
    atMs: number,
  ): Counter {
    return this.isSteady(atMs) ? recorder.steady : recorder.outside;
  }

  protected isSteady(atMs: number): boolean {
    return phaseAt(this.parts.phases, atMs - this.parts.startAt) === "steady";
  }

  protected noteLag(plannedAt: number, now: number): void {
    if (this.isSteady(plannedAt)) this.parts.lag.record(now - plannedAt);
  }
}

/** Operations begin at their planned times, whoever is free does them. */
export class OpenModel extends Model implements LoadModel {
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

  free(user: VirtualUser): void {
    // The last first: no more users are kept busy than are needed.
    this.#idle.push(user);
  }

  replace(user: VirtualUser): void {
    this.free(user);
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
export class ClosedModel extends Model implements LoadModel {
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

  free(user: VirtualUser): void {
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

  replace(user: VirtualUser): void {
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
