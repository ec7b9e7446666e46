/**
 * Passwords: what may be one, its hash, and whether it is an account's.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import { report } from "../../actor/internal.ts";
import type { Row } from "../engine/engine.ts";
import { InvalidRecordError } from "../errors.ts";
import type { ResolvedAuthOptions } from "./auth_options.ts";
import { HashQueue } from "./hash_queue.ts";
import { PasswordHasher, UncheckableHash } from "./password_hasher.ts";
import {
  faultOfAttempt,
  faultOfPassword,
  type PasswordBounds,
  passwordBytes,
} from "./password_rules.ts";

/** Hashes passwords and checks them, a few at once. */
export class Passwords {
  readonly #bounds: PasswordBounds;
  readonly #hasher: PasswordHasher;
  readonly #queue: HashQueue;
  #isReported = false;

  /** Loads nothing yet. */
  constructor(options: ResolvedAuthOptions, clock: Clock) {
    this.#bounds = {
      minBytes: options.minPasswordBytes,
      maxBytes: options.maxPasswordBytes,
    };
    this.#hasher = new PasswordHasher({
      memoryKiB: options.hashMemoryKiB,
      passes: options.hashPasses,
    });
    this.#queue = new HashQueue({
      atOnce: options.hashesAtOnce,
      waiting: options.hashesWaiting,
      waitMs: options.hashWaitMs,
    }, clock);
  }

  /** The hashes that are made, wait, and were refused. */
  get queue(): Pick<
    HashQueue,
    "running" | "waiting" | "refused" | "atOnce" | "busyMs"
  > {
    return this.#queue;
  }

  /**
   * Resolves to the hidden columns of an account with a new password. Its token
   * key is new too, and so ends all sessions and tokens that there are. Rejects
   * with an `InvalidRecordError` if it can be no password.
   */
  async columnsOf(password: string, signal?: AbortSignal): Promise<Row> {
    this.check(password);
    const bytes = passwordBytes(password);
    const passwordHash = await this.#queue.run(
      () => this.#hasher.hash(bytes),
      signal,
    );
    return { passwordHash, tokenKey: newTokenKey() };
  }

  /**
   * Checks a new password.
   *
   * @throws {InvalidRecordError} if it can be none.
   */
  check(password: string): void {
    const fault = typeof password === "string"
      ? faultOfPassword(password, this.#bounds)
      : "is no text";
    if (fault === undefined) return;
    const { minBytes, maxBytes } = this.#bounds;
    throw new InvalidRecordError("a password", [{
      path: "password",
      needed: `a text of ${minBytes} to ${maxBytes} bytes without U+0000`,
      // What it is stays secret, however wrong it is.
      value: `a text that ${fault}`,
    }]);
  }

  /**
   * Resolves to whether a password is the one of a hash. Without a hash it takes
   * as long as with one.
   */
  async verify(
    stored: string | undefined,
    password: string,
    signal?: AbortSignal,
  ): Promise<boolean> {
    // It depends on no account.
    if (faultOfAttempt(password, this.#bounds) !== undefined) return false;
    const bytes = passwordBytes(password);
    try {
      return await this.#queue.run(
        () => this.#hasher.verify(stored, bytes),
        signal,
      );
    } catch (error) {
      if (!(error instanceof UncheckableHash)) throw error;
      if (!this.#isReported) report("A password cannot be checked:", error);
      this.#isReported = true;
      return await this.verify(undefined, password, signal);
    }
  }

  /**
   * Resolves to a new hash of a password that is right, if the one that is
   * stored was made otherwise than new ones are, and there is time.
   */
  async rehash(
    stored: string,
    password: string,
  ): Promise<string | undefined> {
    if (await this.#hasher.isCurrent(stored)) return undefined;
    // A login that many wait behind is no time for it; there will be another.
    if (this.#queue.waiting > 0) return undefined;
    const bytes = passwordBytes(password);
    return await this.#queue.run(() => this.#hasher.hash(bytes));
  }

  /** Refuses what waits for its hash. */
  close(reason: unknown): void {
    this.#queue.close(reason);
  }
}

/** Returns a new key, without which no token of an account is valid. */
export function newTokenKey(): string {
  return crypto.getRandomValues(new Uint8Array(24)).toBase64({
    alphabet: "base64url",
  });
}
