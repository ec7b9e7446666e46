/**
 * The most frequent errors, in bounded memory.
 *
 * @module
 */
import { reasonOf } from "../../checks/internal.ts";
import type { RunError } from "../result_details.ts";
import type { Mask } from "../scenario/environment.ts";
import {
  commonValues,
  type GroupedMessage,
  groupOf,
  messageIn,
} from "./error_group.ts";
import type { LoadPhase } from "./phases.ts";

/** The most different messages that are kept. */
const MAX_KEPT = 200;
/** The most messages in a result. */
const MAX_REPORTED = 20;
/** The most characters of a message that are kept. */
const MAX_LENGTH = 300;
/** So many are masked first: what is cut off after that is masked as well. */
const MAX_READ = 4 * MAX_LENGTH;
const OTHERS = "(other errors)";

/** When and with what an operation failed. */
export interface Failure {
  /** The phase of the operation. */
  readonly phase: LoadPhase;
  /** When it failed, in milliseconds of the load. */
  readonly atMs: number;
  /** Hides what a message of this operation must not show. */
  readonly mask: Mask;
  /** Returns what is known of it; called for the first of its kind alone. */
  example(): RunError["example"];
}

/** How often an error came, by phase. */
type Counts = Record<LoadPhase, number>;

/** A tally that can be posted to another thread, without loss. */
export interface TallyState {
  readonly total: Counts;
  readonly kept: readonly (readonly [key: string, kept: Kept])[];
}

interface Kept {
  /** How often the message that it replaced came at most. */
  readonly before: number;
  /** What stands in the gaps of the message; `null` where that varies. */
  values: readonly (string | null)[];
  /** How often the message came since it has been kept. */
  readonly counts: Counts;
  /** When it came first since then, in milliseconds of the load. */
  firstMs: number;
  example: RunError["example"];
}

/** The counts of an error in all phases, with its first time. */
export interface TalliedError {
  readonly message: string;
  readonly count: number;
  readonly phases: RunError["phases"];
  /** In milliseconds of the load. */
  readonly firstMs: number;
  readonly example: RunError["example"];
}

/** What is not about one operation of a load. */
const UNKNOWN: Failure = {
  phase: "steady",
  atMs: 0,
  mask: (text) => text,
  example: () => null,
};

/**
 * Counts errors by message, of which those are one that differ in an address, a
 * number or an identifier alone: it has an ellipsis there. When 200 messages are kept, a new one takes the
 * place of the least frequent one and goes on from its count (the space-saving
 * sketch of Metwally, Agrawal and El Abbadi). So a message that is more than
 * one in 200 of all errors is kept, however many different ones come before it.
 */
export class ErrorTally {
  readonly #kept = new Map<string, Kept>();
  /** The groups of some messages. */
  readonly #groups = new Map<string, GroupedMessage>();
  readonly #mask: Mask;
  readonly #total: Counts = noCounts();

  /** Creates a tally; the mask hides what messages must not show. */
  constructor(mask: Mask = (text) => text) {
    this.#mask = mask;
  }

  /** Counts an error, of a step if it has a name. */
  add(error: unknown, step?: string, failure: Failure = UNKNOWN): void {
    const place = step === undefined ? "" : `${step}: `;
    // Before it is cut off, so that no part of what is hidden remains.
    const whole = place + messageOf(error);
    const read = whole.length > MAX_READ
      ? `${whole.slice(0, MAX_READ)}…`
      : whole;
    const message = failure.mask(this.#mask(read)).slice(0, MAX_LENGTH);
    const { phase, atMs } = failure;
    this.#total[phase]++;
    const { key, values } = this.#groupOf(message);
    const known = this.#kept.get(key);
    if (known !== undefined) {
      known.counts[phase]++;
      known.values = commonValues(known.values, values);
      return;
    }
    const example = this.#maskedExample(failure);
    this.#keep(key, values, atMs, example).counts[phase]++;
  }

  /** Most errors are like one before: to find what varies takes some 20 µs. */
  #groupOf(message: string): GroupedMessage {
    const known = this.#groups.get(message);
    if (known !== undefined) return known;
    if (this.#groups.size >= MAX_KEPT) this.#groups.clear();
    const group = groupOf(message);
    this.#groups.set(message, group);
    return group;
  }

  #maskedExample(failure: Failure): RunError["example"] {
    const example = failure.example();
    if (example === null) return null;
    const { address, status, body } = example;
    return {
      address: address && this.#mask(address),
      status,
      body: body && this.#mask(body),
    };
  }

  /** Adds all errors of another tally. */
  addAll(other: ErrorTally): void {
    this.addState(other.state());
  }

  /** Returns what another thread needs to have the same tally. */
  state(): TallyState {
    const kept = [...this.#kept].map(([message, kept]) =>
      [message, { ...kept, counts: { ...kept.counts } }] as const
    );
    return { total: { ...this.#total }, kept };
  }

  /** Adds all errors of a tally of another thread. */
  addState({ total, kept }: TallyState): void {
    addCounts(this.#total, total);
    for (const [key, { values, counts, firstMs, example }] of kept) {
      const known = this.#kept.get(key) ??
        this.#keep(key, values, firstMs, example);
      addCounts(known.counts, counts);
      known.values = commonValues(known.values, values);
      if (firstMs >= known.firstMs) continue;
      known.firstMs = firstMs;
      known.example = example;
    }
  }

  #keep(
    key: string,
    values: Kept["values"],
    firstMs: number,
    example: Kept["example"],
  ): Kept {
    const before = this.#kept.size < MAX_KEPT ? 0 : this.#dropRarest();
    const kept = { before, values, counts: noCounts(), firstMs, example };
    this.#kept.set(key, kept);
    return kept;
  }

  /** Drops the message that came least, and returns its count. */
  #dropRarest(): number {
    let rarest = "";
    let least = Infinity;
    for (const [message, { before, counts }] of this.#kept) {
      const most = before + sumOf(counts);
      if (most >= least) continue;
      least = most;
      rarest = message;
    }
    this.#kept.delete(rarest);
    return least;
  }

  /**
   * Returns the most frequent messages of the steady phase, the most frequent
   * first, and what is left of all errors in one entry after them; at most 20
   * entries. A count leaves out what came before the message was kept.
   */
  top(): { message: string; count: number }[] {
    return this.#top(({ steady }) => steady)
      .map(({ message, count }) => ({ message, count }));
  }

  /** Returns the same of all phases, with the first time and its example. */
  topOfAll(): TalliedError[] {
    return this.#top(sumOf);
  }

  #top(countOf: (counts: Counts) => number): TalliedError[] {
    const sorted = [...this.#kept]
      .map(([key, { values, counts, firstMs, example }]) => ({
        message: messageIn(key, values),
        count: countOf(counts),
        phases: phasesOf(counts),
        firstMs,
        example,
      }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count);
    const isAll = sorted.length <= MAX_REPORTED;
    const top = sorted.slice(0, isAll ? MAX_REPORTED : MAX_REPORTED - 1);
    const count = top.reduce(
      (rest, { count }) => rest - count,
      countOf(this.#total),
    );
    // Without others there are none that were dropped either.
    if (count <= 0) return top;
    const rest = { ...this.#total };
    for (const { phases } of top) addCounts(rest, phases, -1);
    const firstMs = Math.min(
      ...sorted.slice(top.length).map(({ firstMs }) => firstMs),
    );
    return [...top, {
      message: OTHERS,
      count,
      phases: phasesOf(rest),
      firstMs: Number.isFinite(firstMs) ? firstMs : 0,
      example: null,
    }];
  }
}

function noCounts(): Counts {
  return { ramp_up: 0, steady: 0, ramp_down: 0 };
}

function addCounts(to: Counts, counts: Partial<Counts>, times = 1): void {
  to.ramp_up += times * (counts.ramp_up ?? 0);
  to.steady += times * (counts.steady ?? 0);
  to.ramp_down += times * (counts.ramp_down ?? 0);
}

function sumOf({ ramp_up, steady, ramp_down }: Counts): number {
  return ramp_up + steady + ramp_down;
}

/** Returns the phases that have any. */
function phasesOf(counts: Counts): Partial<Counts> {
  const { ramp_up, steady, ramp_down } = counts;
  return {
    ...ramp_up > 0 && { ramp_up },
    ...steady > 0 && { steady },
    ...ramp_down > 0 && { ramp_down },
  };
}

/** Returns the name and message of an error, or whatever was thrown as text. */
function messageOf(error: unknown): string {
  return error instanceof Error
    ? `${error.name}: ${error.message}`
    : reasonOf(error);
}
