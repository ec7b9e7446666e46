/**
 * Feeders: who gets which record.
 *
 * @module
 */
import { FeederExhaustedError, LoadTestError } from "../load_errors.ts";
import { type Random, randomStream } from "../../stats/internal.ts";
import type { JsonObject } from "../../codec/mod.ts";
import type { Feeder } from "../scenario/scenario.ts";

/** Gives the records of one feeder out, to all users together. */
export class RecordSource {
  readonly #name: string;
  readonly #feeder: Feeder;
  readonly #random: Random;
  #next = 0;

  /**
   * A feeder from its beginning.
   *
   * @throws {LoadTestError} when it has no records.
   */
  constructor(name: string, feeder: Feeder, seed: number) {
    if (feeder.records.length === 0) {
      throw new LoadTestError(
        `Cannot feed: the feeder ${JSON.stringify(name)} has no records`,
      );
    }
    this.#name = name;
    this.#feeder = feeder;
    this.#random = randomStream(seed, "feeder", name);
  }

  /**
   * The next record.
   *
   * @throws {FeederExhaustedError} when each was used, and only once is allowed.
   */
  take(): JsonObject {
    const { records, order = "in_turn" } = this.#feeder;
    const count = records.length;
    const index = order === "random"
      ? Math.floor(this.#random() * count)
      : this.#next++;
    if (order === "once" && index >= count) {
      throw new FeederExhaustedError(
        `Cannot feed: all ${count} records of ${
          JSON.stringify(this.#name)
        } have been used once, give it more or another order`,
      );
    }
    return records[index % count] as JsonObject;
  }
}
