/**
 * The parts of response times, in memory that does not grow with time.
 *
 * @module
 */
import {
  addStateTo,
  Distribution,
  type DistributionState,
  stateOf,
} from "../../metrics/internal.ts";
import type { OperationOutcome } from "../driver.ts";
import type { OperationResult } from "../operation_result.ts";

/** The parts in their order, each with the field of an outcome that has it. */
export const PARTS = [
  ["connectTime", "connectMs"],
  ["tlsTime", "tlsMs"],
  ["firstByteTime", "firstByteMs"],
  ["restTime", "restMs"],
] as const;

/** The name of a part in results. */
export type PartName = (typeof PARTS)[number][0];

/** The parts that can be posted; those that are not known are left out. */
export type PartTimesState = {
  readonly [Part in PartName]?: DistributionState;
};

/** The results of all parts; `null` is not known. */
export type PartResults = Pick<OperationResult, PartName>;

/** Distributions of the parts that are known of at least one operation. */
export class PartTimes {
  #connect: Distribution | undefined;
  #tls: Distribution | undefined;
  #firstByte: Distribution | undefined;
  #rest: Distribution | undefined;
  /** Rests of 0 that are not in it yet. */
  #unrested = 0;

  /** Records what is known of an operation. */
  record({ firstByteMs, restMs, connectMs, tlsMs }: OperationOutcome): void {
    // Most drivers know no part, and most operations open no connection.
    if (isTime(firstByteMs)) {
      (this.#firstByte ??= new Distribution()).record(firstByteMs);
    }
    // Most responses come at once: a count costs less than a record.
    if (restMs === 0) this.#unrested++;
    else if (isTime(restMs)) {
      (this.#rest ??= new Distribution()).record(restMs);
    }
    if (isTime(connectMs)) {
      (this.#connect ??= new Distribution()).record(connectMs);
    }
    if (isTime(tlsMs)) (this.#tls ??= new Distribution()).record(tlsMs);
  }

  /** Adds all times of other operations. */
  add(other: PartTimes): void {
    for (const [name] of PARTS) {
      const times = other.of(name);
      if (times !== undefined) this.#make(name).add(times);
    }
  }

  /** Returns what another thread needs to have the same times. */
  state(): PartTimesState {
    const state: { [Part in PartName]?: DistributionState } = {};
    for (const [name] of PARTS) {
      const times = this.of(name);
      if (times !== undefined) state[name] = stateOf(times);
    }
    return state;
  }

  /** Adds all times of another thread. */
  addState(state: PartTimesState): void {
    for (const [name] of PARTS) {
      const times = state[name];
      if (times !== undefined) addStateTo(this.#make(name), times);
    }
  }

  /** Returns all parts in numbers. */
  results(): PartResults {
    return {
      connectTime: this.#connect?.summary() ?? null,
      tlsTime: this.#tls?.summary() ?? null,
      firstByteTime: this.#firstByte?.summary() ?? null,
      restTime: this.#allRests()?.summary() ?? null,
    };
  }

  /** Returns the times of a part, if they are known. */
  of(name: PartName): Distribution | undefined {
    switch (name) {
      case "connectTime":
        return this.#connect;
      case "tlsTime":
        return this.#tls;
      case "firstByteTime":
        return this.#firstByte;
      case "restTime":
        return this.#allRests();
      default:
        return name satisfies never;
    }
  }

  #allRests(): Distribution | undefined {
    const count = this.#unrested;
    if (count === 0) return this.#rest;
    this.#unrested = 0;
    const rest = this.#rest ??= new Distribution();
    addStateTo(rest, { buckets: [0, count], sum: 0, min: 0, max: 0 });
    return rest;
  }

  #make(name: PartName): Distribution {
    switch (name) {
      case "connectTime":
        return this.#connect ??= new Distribution();
      case "tlsTime":
        return this.#tls ??= new Distribution();
      case "firstByteTime":
        return this.#firstByte ??= new Distribution();
      case "restTime":
        return this.#rest ??= new Distribution();
      default:
        return name satisfies never;
    }
  }
}

function isTime(ms: number | undefined): ms is number {
  return ms !== undefined && ms >= 0 && ms < Infinity;
}
