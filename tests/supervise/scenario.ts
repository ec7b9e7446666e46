/**
 * What the seeds of supervision do: a supervisor with children, some of which
 * are supervisors, and what is done to them. All of it follows from a number.
 *
 * @module
 */
import type {
  AutoShutdown,
  RestartPolicy,
  Strategy,
} from "../../src/actor/mod.ts";
import { randomFrom } from "../support/random.ts";

/** What a supervisor is like. */
export interface Rules {
  readonly strategy: Strategy;
  readonly autoShutdown: AutoShutdown;
  readonly maxRestarts: number;
  readonly withinMs: number;
}

/** What a child is like; with `below` it is a supervisor. */
export interface Spec {
  readonly name: string;
  readonly restart: RestartPolicy;
  readonly significant: boolean;
  readonly below?: Below;
}

/** A supervisor and its initial children; a dynamic one has none. */
export interface Below {
  readonly rules: Rules;
  readonly children: readonly Spec[];
}

/** How a start goes. */
export type Start = "at once" | "later" | "fails" | "outage";

/** What an actor may do, or what is done to it. */
export const DEEDS = [
  "crash",
  "outage",
  "kill",
  "stop",
  "drain",
  "stop itself",
  "stop itself and fail",
  "tell",
] as const;

/** See {@linkcode DEEDS}. */
export type Deed = typeof DEEDS[number];

/** The calls that name a child. */
export const CALLS = ["terminate", "restart", "remove"] as const;

/** See {@linkcode CALLS}. */
export type Call = typeof CALLS[number];

/** One thing that is done. `at` and `whom` pick from those that are there. */
export type Operation =
  | { readonly type: "deed"; readonly deed: Deed; readonly whom: number }
  | {
    readonly type: "call";
    readonly call: Call;
    readonly at: number;
    readonly name: string;
  }
  | {
    readonly type: "start" | "replace";
    readonly at: number;
    readonly spec: Spec;
  }
  | { readonly type: "wait"; readonly ms: number };

/** All that a seed does. */
export interface Scenario {
  readonly root: Below;
  /** How the starts go, one after the other; those beyond succeed. */
  readonly starts: readonly Start[];
  readonly operations: readonly Operation[];
}

/** Few, so that they meet. */
const NAMES = ["a", "b", "c", "d"] as const;

const POLICIES = ["permanent", "permanent", "transient", "temporary"] as const;

/** Draws what a scenario consists of. */
export class Dice {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  /** An integer from 0 up to but not including `end`. */
  below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  /** True in one of `parts` cases. */
  oneIn(parts: number): boolean {
    return this.below(parts) === 0;
  }

  list<T>(length: number, make: (index: number) => T): T[] {
    return Array.from({ length }, (_, index) => make(index));
  }

  rules(strategies: readonly Strategy[]): Rules {
    return {
      strategy: this.pick(strategies),
      autoShutdown: this.pick(
        ["never", "never", "never", "any_significant", "all_significant"],
      ),
      maxRestarts: this.pick([0, 1, 2, 5, Infinity]),
      withinMs: this.pick([0, 100, 1000]),
    };
  }

  spec(name: string, depth: number): Spec {
    const restart = this.pick(POLICIES);
    return {
      name,
      restart,
      significant: restart !== "permanent" && this.oneIn(2),
      ...(depth > 0 && this.oneIn(4) ? { below: this.below_(depth - 1) } : {}),
    };
  }

  /** A supervisor whose children are supervisors to this depth. */
  below_(depth: number): Below {
    const rules = this.rules(
      ["one_for_one", "one_for_all", "rest_for_one", "dynamic"],
    );
    const count = rules.strategy === "dynamic" ? 0 : this.below(4);
    return {
      rules,
      children: NAMES.slice(0, count).map((name) => this.spec(name, depth)),
    };
  }

  operation(): Operation {
    const at = this.below(8);
    const name = this.pick(NAMES);
    switch (this.below(12)) {
      case 0:
      case 1:
        return { type: "start", at, spec: this.spec(name, 1) };
      case 2:
        return { type: "replace", at, spec: this.spec(name, 1) };
      case 3:
      case 4:
      case 5:
      case 6:
        return { type: "call", call: this.pick(CALLS), at, name };
      case 7:
        return { type: "wait", ms: this.pick([1, 101, 1001]) };
      default:
        return { type: "deed", deed: this.pick(DEEDS), whom: this.below(20) };
    }
  }
}

/** What a seed does. */
export function scenarioOf(seed: number): Scenario {
  const dice = new Dice(seed);
  // Half of the seeds have starts that fail.
  const kinds: readonly Start[] = dice.oneIn(2)
    ? ["at once", "later"]
    : ["at once", "at once", "later", "fails", "outage"];
  return {
    root: dice.below_(2),
    starts: dice.list(dice.below(30), () => dice.pick(kinds)),
    operations: dice.list(1 + dice.below(25), () => dice.operation()),
  };
}
