/**
 * Feeders: which operation gets which record.
 *
 * @module
 */
import { FeederExhaustedError, LoadTestError } from "../load_errors.ts";
import { type Random, randomStream } from "../../stats/internal.ts";
import type { JsonObject } from "../../codec/mod.ts";
import { recordsOf } from "../scenario/feeder_records.ts";
import type { Feeder } from "../scenario/scenario.ts";
import { ALL, type Share } from "./share.ts";

/** Hands out the records of one feeder to all users of a worker. */
export class RecordSource {
  readonly #name: string;
  readonly #feeder: Feeder;
  readonly #records: readonly JsonObject[];
  readonly #seed: number;
  readonly #random: Random;
  readonly #step: number;
  #next: number;

  /**
   * Creates a source that starts with the first record of a worker's share:
   * with three workers, the first one takes the first record, the fourth, and
   * so on.
   *
   * @throws {LoadTestError} if the feeder has no records, or its file cannot be
   * read.
   */
  constructor(name: string, feeder: Feeder, seed: number, share: Share = ALL) {
    this.#records = recordsOf(feeder);
    if (this.#records.length === 0) {
      throw new LoadTestError(
        `Cannot use the feeder ${JSON.stringify(name)}: it has no records`,
      );
    }
    this.#name = name;
    this.#feeder = feeder;
    this.#seed = seed;
    this.#random = share.count === 1
      ? randomStream(seed, "feeder", name)
      : randomStream(seed, "feeder", name, share.index);
    this.#next = share.index;
    this.#step = share.count;
  }

  /**
   * Returns the next record, or that of a user if each has one of its own.
   *
   * @throws {FeederExhaustedError} if each record was used, and the order is
   * `once`.
   */
  take(user: number): JsonObject {
    const { per = "iteration" } = this.#feeder;
    return this.#at(per === "user" ? this.#indexOf(user) : this.#nextIndex());
  }

  #nextIndex(): number {
    if (this.#feeder.order === "random") return this.#draw(this.#random);
    const index = this.#next;
    this.#next += this.#step;
    return index;
  }

  /** The number of a user decides, whatever the number of workers. */
  #indexOf(user: number): number {
    return this.#feeder.order === "random"
      ? this.#draw(randomStream(this.#seed, "feeder", this.#name, "user", user))
      : user;
  }

  #draw(random: Random): number {
    return Math.floor(random() * this.#records.length);
  }

  #at(index: number): JsonObject {
    const records = this.#records;
    const count = records.length;
    if (this.#feeder.order === "once" && index >= count) {
      throw new FeederExhaustedError(
        `Cannot take a record of the feeder ${
          JSON.stringify(this.#name)
        }: all ${count} have been used once, add records or choose another order`,
      );
    }
    return records[index % count] as JsonObject;
  }
}
