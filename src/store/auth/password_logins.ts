/**
 * Whether somebody knows the password of an account.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import { StoreBusyError } from "../errors.ts";
import { type Account, type Accounts, normalEmail } from "./accounts.ts";
import type { AuthCall } from "./auth_call.ts";
import type { Passwords } from "./passwords.ts";
import { accountKey } from "./session_cache.ts";
import { run } from "./statement.ts";
import type { TryLimits } from "./try_limits.ts";

/** No address is longer. */
const MAX_EMAIL = 320;

/** Checks the passwords of accounts, within the limits of tries. */
export class PasswordLogins {
  readonly #engine: Engine;
  readonly #accounts: Accounts;
  readonly #passwords: Passwords;
  readonly #limits: TryLimits;
  /** How many passwords were wrong. */
  wrong = 0;

  /** Takes what it works with. */
  constructor(
    engine: Engine,
    accounts: Accounts,
    passwords: Passwords,
    limits: TryLimits,
  ) {
    this.#engine = engine;
    this.#accounts = accounts;
    this.#passwords = passwords;
    this.#limits = limits;
  }

  /**
   * Resolves to the account with an address and a password. It takes as long if
   * there is no such account.
   */
  async accountWith(
    collection: string,
    email: string,
    password: string,
    call: AuthCall,
  ): Promise<Account | undefined> {
    // It names the collection that is wrong.
    this.#accounts.table(collection);
    const address = normalEmail(email);
    const find = async (): Promise<Account | undefined> =>
      address.length > MAX_EMAIL
        ? undefined
        : await this.#accounts.withEmail(collection, address);
    return await this.#check(collection, address, find, password, call);
  }

  /** Resolves to whether a password is the one of an account. */
  async isPasswordOf(
    account: Account,
    password: string,
    call: AuthCall,
  ): Promise<boolean> {
    const { collection, email } = account;
    const found = await this.#check(
      collection,
      email,
      () => Promise.resolve(account),
      password,
      call,
    );
    return found !== undefined;
  }

  async #check(
    collection: string,
    email: string,
    find: () => Promise<Account | undefined>,
    password: string,
    { address, signal }: AuthCall,
  ): Promise<Account | undefined> {
    const counted = this.#limits.take(limitKey(collection, email), address);
    let account: Account | undefined;
    let isRight: boolean;
    try {
      account = await find();
      // An account without a password has no hash, as one that does not exist.
      const stored = account?.passwordHash || undefined;
      isRight = await this.#passwords.verify(stored, password, signal);
    } catch (error) {
      // Nothing was tried.
      counted.giveBack();
      throw error;
    }
    if (!isRight || account === undefined) {
      this.wrong++;
      return undefined;
    }
    counted.giveBack();
    await this.#rehash(account, password);
    return account;
  }

  /** Replaces a hash that was made otherwise than new ones are. */
  async #rehash(
    { collection, id, passwordHash }: Account,
    password: string,
  ): Promise<void> {
    try {
      const hash = await this.#passwords.rehash(passwordHash, password);
      if (hash === undefined) return;
      const statement = run(
        `UPDATE ${this.#accounts.table(collection)} SET passwordHash = ?
        WHERE id = ? AND passwordHash = ?`,
        hash,
        id,
        passwordHash,
      );
      await this.#engine.write({ steps: [{ kind: "run", statement }] });
    } catch (error) {
      // The password is right; its hash is replaced another time.
      if (!(error instanceof StoreBusyError)) throw error;
    }
  }
}

/** Returns the key of an account in limits, by what it is called there. */
export function limitKey(collection: string, email: string): string {
  return accountKey(collection, normalEmail(email).slice(0, MAX_EMAIL));
}
