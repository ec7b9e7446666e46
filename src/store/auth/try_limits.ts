/**
 * Limits on what strangers try, for each account and each network.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import { TooManyTriesError } from "./auth_errors.ts";
import { networkOf } from "./network_of.ts";
import { Tries } from "./tries.ts";

/** How many tries are allowed. */
export interface TryLimitOptions {
  /** Most tries for an account in the window. */
  readonly perAccount: number;
  /** Most tries from a network in the window. */
  readonly perNetwork: number;
  /** The window in milliseconds. */
  readonly windowMs: number;
}

/** Most accounts, and networks, that are counted one by one. */
const MAX_KEYS = 10_000;

/** Tries that were counted, which can be taken back. */
export interface CountedTry {
  /** Takes it back: it was none. */
  giveBack(): void;
}

/** Counts tries by account and by network. */
export class TryLimits {
  readonly #what: string;
  readonly #accounts: Tries;
  readonly #networks: Tries;
  /** How many tries were refused. */
  refused = 0;

  /**
   * Starts without tries.
   *
   * @param what What is tried, such as `"log in"`.
   */
  constructor(what: string, options: TryLimitOptions, clock: Clock) {
    const { windowMs, perAccount, perNetwork } = options;
    const shared = { windowMs, maxKeys: MAX_KEYS };
    this.#what = what;
    this.#accounts = new Tries({ ...shared, most: perAccount }, clock);
    this.#networks = new Tries({ ...shared, most: perNetwork }, clock);
  }

  /**
   * Counts a try for an account, whether there is such an account or not, from
   * an address, if that is known.
   *
   * @throws {TooManyTriesError} if there were too many.
   */
  take(account: string, address: string | undefined): CountedTry {
    const network = address === undefined
      ? undefined
      : this.#networks.take(networkOf(address));
    if (network !== undefined && network.waitMs > 0) {
      throw this.#tooMany("network", network.waitMs);
    }
    const own = this.#accounts.take(account);
    if (own.waitMs > 0) {
      if (network !== undefined) this.#networks.giveBack(network);
      throw this.#tooMany("account", own.waitMs);
    }
    return {
      giveBack: () => {
        this.#accounts.giveBack(own);
        if (network !== undefined) this.#networks.giveBack(network);
      },
    };
  }

  #tooMany(of: "account" | "network", waitMs: number): TooManyTriesError {
    this.refused++;
    const retryAfterMs = Math.ceil(waitMs);
    return new TooManyTriesError(
      `Cannot ${this.#what}: too many tries of this ${of}, try again in ${retryAfterMs} ms`,
      retryAfterMs,
    );
  }
}
