/**
 * What an account does by mail: prove its address, set a new password, and
 * change its address.
 *
 * @module
 */
import type { Engine, WriteStep } from "../engine/engine.ts";
import { InvalidRecordError, NotUniqueError, StoreError } from "../errors.ts";
import { type Account, type Accounts, normalEmail } from "./accounts.ts";
import { WrongCredentialsError } from "./auth_errors.ts";
import type { AuthCall } from "./auth_call.ts";
import type { ResolvedAuthOptions } from "./auth_options.ts";
import type { AuthTime } from "./auth_time.ts";
import { MailQueue } from "./mail_queue.ts";
import { type MailPurpose, MailTokens } from "./mail_tokens.ts";
import { limitKey } from "./password_logins.ts";
import { newTokenKey, type Passwords } from "./passwords.ts";
import type { Sessions } from "./sessions.ts";
import { run } from "./statement.ts";
import { TryLimits } from "./try_limits.ts";

/** Mails under way at once, and mails that wait. */
const MAILS = { atOnce: 4, waiting: 1000 };

/** What accounts do by mail. */
export class AccountMails {
  readonly #options: ResolvedAuthOptions;
  readonly #accounts: Accounts;
  readonly #passwords: Passwords;
  readonly #sessions: Sessions;
  readonly #tokens: MailTokens;
  readonly #limits: TryLimits;
  readonly #queue: MailQueue;

  /** Takes what it works with. */
  constructor(
    options: ResolvedAuthOptions,
    engine: Engine,
    time: AuthTime,
    accounts: Accounts,
    passwords: Passwords,
    sessions: Sessions,
  ) {
    this.#options = options;
    this.#accounts = accounts;
    this.#passwords = passwords;
    this.#sessions = sessions;
    this.#tokens = new MailTokens(engine, accounts, time);
    this.#limits = new TryLimits("request a mail", {
      perAccount: options.mailsPerAccount,
      perNetwork: options.mailsPerNetwork,
      windowMs: options.mailWindowMs,
    }, time.clock);
    this.#queue = new MailQueue(
      { ...MAILS, mailMs: options.mailMs },
      time.clock,
    );
  }

  /** The mails that wait and are under way, and those that failed. */
  get queue(): Pick<MailQueue, "size" | "failed" | "idle"> {
    return this.#queue;
  }

  /** Requests a mail that proves the address of an account. */
  requestVerification(
    collection: string,
    email: string,
    call: AuthCall,
  ): void {
    this.#request(collection, email, call, "verification", async () => {
      const account = await this.#find(collection, email);
      return account?.isVerified ? undefined : account;
    });
  }

  /** Requests a mail with which the owner of an account sets a password. */
  requestPasswordReset(
    collection: string,
    email: string,
    call: AuthCall,
  ): void {
    this.#request(
      collection,
      email,
      call,
      "password_reset",
      () => this.#find(collection, email),
    );
  }

  /**
   * Requests a mail to the new address of an account. Whether another account
   * has that already shows only to whoever reads its mail.
   */
  requestEmailChange(account: Account, newEmail: string, call: AuthCall): void {
    const { collection, id, email } = account;
    const address = normalEmail(newEmail);
    if (!isEmail(address)) {
      throw new InvalidRecordError("a change of address", [{
        path: "newEmail",
        needed: "an e-mail address",
        value: "another text",
      }]);
    }
    this.#request(collection, email, call, "email_change", async () => {
      const other = await this.#find(collection, address);
      return other === undefined
        ? await this.#accounts.get(collection, id)
        : undefined;
    }, address);
  }

  /** Uses the token of a verification. */
  async confirmVerification(collection: string, token: string): Promise<void> {
    const found = await this.#tokens.find(collection, token, "verification");
    await this.#tokens.use(found, { verified: 1n });
    this.#sessions.reread(collection, found.account.id);
  }

  /** Uses the token of a password reset; all sessions of the account end. */
  async confirmPasswordReset(
    collection: string,
    token: string,
    password: string,
    signal?: AbortSignal,
  ): Promise<void> {
    this.#passwords.check(password);
    const found = await this.#tokens.find(collection, token, "password_reset");
    const { account } = found;
    const columns = await this.#passwords.columnsOf(password, signal);
    // The mail went to the address, so it is the account's.
    await this.#tokens.use(
      found,
      { ...columns, verified: 1n },
      ...endSteps(account),
    );
    this.#sessions.end({ collection, id: account.id });
  }

  /** Uses the token of a change of address; all sessions of the account end. */
  async confirmEmailChange(
    collection: string,
    token: string,
    checkPassword: (account: Account) => Promise<boolean>,
  ): Promise<void> {
    const found = await this.#tokens.find(collection, token, "email_change");
    const { account, newEmail } = found;
    if (!await checkPassword(account)) {
      throw new WrongCredentialsError(
        "Cannot change the address: the password is wrong",
      );
    }
    try {
      await this.#tokens.use(
        found,
        { email: newEmail, verified: 1n, tokenKey: newTokenKey() },
        ...endSteps(account),
      );
    } catch (error) {
      if (!(error instanceof NotUniqueError)) throw error;
      throw new InvalidRecordError("a change of address", [{
        path: "newEmail",
        needed: "an address that no other account has",
        value: "one that is taken by now",
      }]);
    }
    this.#sessions.end({ collection, id: account.id });
  }

  /** Gives up the mails that were not sent. */
  close(): Promise<void> {
    return this.#queue.close();
  }

  #find(collection: string, email: string): Promise<Account | undefined> {
    return this.#accounts.withEmail(collection, normalEmail(email));
  }

  /**
   * Accepts a request for a mail. Everything that depends on the account comes
   * afterwards.
   */
  #request(
    collection: string,
    email: string,
    { address }: AuthCall,
    kind: MailPurpose,
    find: () => Promise<Account | undefined>,
    newEmail = "",
  ): void {
    const { onMail } = this.#options;
    if (onMail === undefined) {
      throw new StoreError(
        `Cannot send a mail: the option auth.onMail is missing, give the store one`,
      );
    }
    // It names the collection that is wrong.
    this.#accounts.table(collection);
    const key = limitKey(collection, email);
    const counted = this.#limits.take(key, address);
    try {
      this.#queue.add(async (signal) => {
        const account = await find();
        if (account === undefined) return;
        const { record } = account;
        const lifeMs = this.#lifeOf(kind);
        const { token, expiresAt } = await this.#tokens.issue(
          account,
          kind,
          lifeMs,
          newEmail,
        );
        signal.throwIfAborted();
        const to = newEmail === "" ? account.email : newEmail;
        await onMail(
          { kind, to, token, expiresAt, collection, record },
          signal,
        );
      });
    } catch (error) {
      counted.giveBack();
      throw error;
    }
  }

  #lifeOf(purpose: MailPurpose): number {
    switch (purpose) {
      case "verification":
        return this.#options.verificationMs;
      case "password_reset":
        return this.#options.passwordResetMs;
      case "email_change":
        return this.#options.emailChangeMs;
    }
  }
}

/** The steps that end all sessions and tokens of an account. */
export function endSteps({ collection, id }: Account): WriteStep[] {
  return ["_sessions", "_mail_tokens"].map((table) => ({
    kind: "run",
    statement: run(
      `DELETE FROM "${table}" WHERE collection = ? AND account = ?`,
      collection,
      id,
    ),
  }));
}

/** Whether a text may be an address; a mail that arrives is the proof. */
function isEmail(text: string): boolean {
  return text.length <= 254 && /^[^\s@\0]+@[^\s@\0]+\.[^\s@\0]+$/.test(text);
}
