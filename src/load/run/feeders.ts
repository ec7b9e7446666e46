/**
 * Feeders: which operation gets which record.
 *
 * @module
 */
import { FeederExhaustedError, LoadTestError } from "../load_errors.ts";
import { type Random, randomStream } from "../../stats/internal.ts";
import type { JsonObject } from "../../codec/mod.ts";
import type { Feeder } from "../scenario/scenario.ts";
import { ALL, type Share } from "./share.ts";

/** Hands out the records of one feeder to all users of a worker. */
export class RecordSource {
  readonly #name: string;
  readonly #feeder: Feeder;
  readonly #random: Random;
  readonly #step: number;
  #next: number;

  /**
   * Creates a source that starts with the first record of a worker's share:
   * with three workers, the first one takes the first record, the fourth, and
   * so on.
   *
   * @throws {LoadTestError} if the feeder has no records.
   */
  constructor(name: string, feeder: Feeder, seed: number, share: Share = ALL) {
    if (feeder.records.length === 0) {
      throw new LoadTestError(
        `Cannot use the feeder ${JSON.stringify(name)}: it has no records`,
      );
    }
    this.#name = name;
    this.#feeder = feeder;
    this.#random = share.count === 1
      ? randomStream(seed, "feeder", name)
      : randomStream(seed, "feeder", name, share.index);
    this.#next = share.index;
    this.#step = share.count;
  }

  /**
   * Returns the next record.
   *
   * @throws {FeederExhaustedError} if each record was used, and the order is
   * `once`.
   */
  take(): JsonObject {
    const { records, order = "in_turn" } = this.#feeder;
    const count = records.length;
    const index = order === "random"
      ? Math.floor(this.#random() * count)
      : this.#next;
    this.#next += this.#step;
    if (order === "once" && index >= count) {
      throw new FeederExhaustedError(
        `Cannot take a record of the feeder ${
          JSON.stringify(this.#name)
        }: all ${count} have been used once, add records or choose another order`,
      );
    }
    return records[index % count] as JsonObject;
  }
}
