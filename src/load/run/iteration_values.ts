/**
 * The values that one iteration fills into its requests.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../../codec/mod.ts";
import { type Random, randomStream } from "../../stats/internal.ts";
import { LoadTestError } from "../load_errors.ts";
import { drawUuid, type Values } from "../scenario/substitution.ts";
import type { RecordSource } from "./feeders.ts";

/** What iterations of a run draw from. */
export interface ValueSources {
  readonly seed: number;
  readonly isOpen: boolean;
  readonly feeders: ReadonlyMap<string, RecordSource>;
}

/**
 * Takes a record of a feeder for a user.
 *
 * @throws {FeederExhaustedError} if there is none left.
 */
export function takeRecord(
  { feeders }: ValueSources,
  feeder: string,
  user: number,
): JsonObject {
  const source = feeders.get(feeder);
  if (source !== undefined) return source.take(user);
  throw new LoadTestError(`There is no feeder ${JSON.stringify(feeder)}`);
}

/** Draws what is asked for, and nothing else. */
export class IterationValues implements Values {
  readonly user: number;
  readonly iteration: number;
  readonly #sources: ValueSources;
  #records: Map<string, JsonObject> | undefined;
  #random: Random | undefined;
  #branches: Random | undefined;
  #uuid: string | undefined;
  /** What steps have captured, by name. */
  readonly captures: Map<string, JsonValue> = new Map();
  /** What the setup of the user has captured, by name. */
  shared: ReadonlyMap<string, JsonValue> | undefined;

  constructor(sources: ValueSources, user: number, iteration: number) {
    this.#sources = sources;
    this.user = user;
    this.iteration = iteration;
  }

  get random(): Random {
    return this.#random ??= this.#stream("random");
  }

  /** What branches are drawn from. */
  get branches(): Random {
    return this.#branches ??= this.#stream("branches");
  }

  get uuid(): string {
    return this.#uuid ??= drawUuid(this.#stream("uuid"));
  }

  now(): number {
    return Date.now();
  }

  record(feeder: string): JsonObject {
    const known = this.#records?.get(feeder);
    if (known !== undefined) return known;
    const record = takeRecord(this.#sources, feeder, this.user);
    this.use(feeder, record);
    return record;
  }

  captured(name: string): JsonValue {
    const value = this.captures.get(name) ?? this.shared?.get(name);
    if (value !== undefined) return value;
    throw new LoadTestError(`${name} was not captured`);
  }

  /** Has a record be that of a feeder. */
  use(feeder: string, record: JsonObject): void {
    this.#records ??= new Map();
    this.#records.set(feeder, record);
  }

  /**
   * In the open model any user may be the one who is free: its number must not
   * change what is drawn in an iteration. Below 0 are those of the user itself.
   */
  #stream(purpose: string): Random {
    const { seed, isOpen } = this.#sources;
    return isOpen && this.iteration >= 0
      ? randomStream(seed, purpose, this.iteration)
      : randomStream(seed, purpose, this.user, this.iteration);
  }
}
