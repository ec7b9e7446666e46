/**
 * The authentication of a store: who logs in, and whom a request is from.
 *
 * @module
 */
import { RecordNotFoundError, StoreClosedError } from "../errors.ts";
import type { Identity } from "../schema/identity.ts";
import { endSteps } from "./account_mails.ts";
import { momentText } from "../schema/moment.ts";
import type { Account } from "./accounts.ts";
import type { AuthCall, AuthResult } from "./auth_call.ts";
import { InvalidTokenError, WrongCredentialsError } from "./auth_errors.ts";
import type { AuthParts } from "./auth_parts.ts";
import { type AuthStats, statsOf } from "./auth_stats.ts";
import { type CredentialSource, tokenOf } from "./credentials.ts";
import type { Keys } from "./keys.ts";
import type { Login, SessionInfo } from "./login.ts";
import type { EndedSessions, NewSession } from "./sessions.ts";

/** The authentication of a store. */
export class StoreAuth implements AsyncDisposable {
  readonly #parts: AuthParts;
  readonly #changes: Disposable;
  #logins = 0;

  /**
   * Takes its parts; whatever changes an account, its sessions are read again.
   *
   * @internal
   */
  constructor(parts: AuthParts) {
    const { engine, accounts, sessions, records } = parts;
    this.#parts = parts;
    this.#changes = engine.subscribe((changes) => {
      for (const { collection, id, kind } of changes) {
        if (!accounts.has(collection)) continue;
        const isEnd = records.takeEnding(collection, id);
        if (isEnd || kind === "delete") sessions.end({ collection, id });
        else sessions.reread(collection, id);
      }
    });
  }

  /** What it does at the moment. */
  get stats(): AuthStats {
    return statsOf(this.#parts, this.#logins);
  }

  /** The API keys of the store. */
  get keys(): Keys {
    return this.#parts.keys;
  }

  /**
   * Resolves to who a request is from: `null` without a token, and with one that
   * is not valid.
   */
  async identityOf(request: CredentialSource): Promise<Identity> {
    const token = tokenOf(request);
    if (token === undefined) return null;
    return (await this.#parts.sessions.find(token))?.login.identity ?? null;
  }

  /** Resolves to the session or key of a request, if it has a valid one. */
  async loginOf(request: CredentialSource): Promise<Login | undefined> {
    const token = tokenOf(request);
    return token === undefined ? undefined : await this.find(token);
  }

  /** Resolves to whom a token or an API key stands for, if it is valid. */
  async find(token: string): Promise<Login | undefined> {
    return (await this.#parts.sessions.find(token))?.login;
  }

  /**
   * Logs in with an address and a password. An account that does not exist takes
   * as long as one that does.
   *
   * @param call May be left out by the program itself.
   * @throws {WrongCredentialsError} as a rejection, if there is no such account
   * or its password is another one.
   * @throws {TooManyTriesError} as a rejection, after too many wrong passwords.
   * @throws {AuthBusyError} as a rejection, if too many passwords wait.
   */
  async authWithPassword(
    collection: string,
    email: string,
    password: string,
    call: AuthCall = {},
  ): Promise<AuthResult> {
    const account = await this.#parts.logins.accountWith(
      collection,
      email,
      password,
      call,
    );
    if (account === undefined) throw wrongCredentials();
    try {
      const { label = "" } = call;
      const session = await this.#parts.sessions.start(account, label);
      this.#logins++;
      return resultOf(account, session);
    } catch (error) {
      throw error instanceof InvalidTokenError ? wrongCredentials() : error;
    }
  }

  /**
   * Resolves to the session of a token, with its account as it is now. It is the
   * same session, so what it was used for last counts, and its token is the same.
   *
   * @throws {InvalidTokenError} as a rejection, if the token is not valid, or of
   * another collection.
   */
  async authRefresh(collection: string, token: string): Promise<AuthResult> {
    const login = await this.find(token);
    const { account: owner } = login ?? {};
    const account = login?.kind === "session" &&
        owner?.collection === collection
      ? await this.#parts.accounts.get(collection, owner.id)
      : undefined;
    if (login === undefined || account === undefined) {
      throw new InvalidTokenError(
        "Cannot refresh the session: it has ended, log in again",
      );
    }
    return resultOf(account, { token, id: login.id, endsAt: login.endsAt });
  }

  /**
   * Accepts a request for a mail that proves the address of an account. Whether
   * there is such an account, and what becomes of the mail, does not show.
   *
   * @param call May be left out by the program itself.
   * @throws {TooManyTriesError} if it was requested too often.
   * @throws {AuthBusyError} if too many mails wait.
   * @throws {StoreError} if the option `onMail` is missing.
   */
  requestVerification(
    collection: string,
    email: string,
    call: AuthCall = {},
  ): void {
    this.#parts.mails.requestVerification(collection, email, call);
  }

  /**
   * Uses the token of a verification.
   *
   * @throws {InvalidTokenError} as a rejection, if it cannot be used.
   */
  confirmVerification(collection: string, token: string): Promise<void> {
    return this.#parts.mails.confirmVerification(collection, token);
  }

  /**
   * Accepts a request for a mail with which the owner of an account sets a new
   * password, as `requestVerification` does.
   *
   * @param call May be left out by the program itself.
   * @throws {TooManyTriesError} if it was requested too often.
   * @throws {AuthBusyError} if too many mails wait.
   * @throws {StoreError} if the option `onMail` is missing.
   */
  requestPasswordReset(
    collection: string,
    email: string,
    call: AuthCall = {},
  ): void {
    this.#parts.mails.requestPasswordReset(collection, email, call);
  }

  /**
   * Uses the token of a password reset. All sessions of the account end, and its
   * address is verified.
   *
   * @throws {InvalidTokenError} as a rejection, if it cannot be used.
   * @throws {InvalidRecordError} as a rejection, if it can be no password.
   * @throws {AuthBusyError} as a rejection, if too many passwords wait.
   */
  confirmPasswordReset(
    collection: string,
    token: string,
    password: string,
    { signal }: AuthCall = {},
  ): Promise<void> {
    return this.#parts.mails.confirmPasswordReset(
      collection,
      token,
      password,
      signal,
    );
  }

  /**
   * Accepts a request for a mail to the new address of an account.
   *
   * @param call May be left out by the program itself.
   * @throws {InvalidRecordError} as a rejection, if it is no address.
   * @throws {RecordNotFoundError} as a rejection, if there is no such account.
   * @throws {TooManyTriesError} as a rejection, if it was requested too often.
   * @throws {AuthBusyError} as a rejection, if too many mails wait.
   * @throws {StoreError} as a rejection, if the option `onMail` is missing.
   */
  async requestEmailChange(
    collection: string,
    id: string,
    newEmail: string,
    call: AuthCall = {},
  ): Promise<void> {
    const account = await this.#accountOf(collection, id);
    this.#parts.mails.requestEmailChange(account, newEmail, call);
  }

  /**
   * Uses the token of a change of address, with the password of the account. All
   * of its sessions end, and the address is verified.
   *
   * @param call May be left out by the program itself.
   * @throws {InvalidTokenError} as a rejection, if it cannot be used.
   * @throws {WrongCredentialsError} as a rejection, if the password is wrong.
   * @throws {InvalidRecordError} as a rejection, if the address is taken by now.
   * @throws {TooManyTriesError} as a rejection, after too many wrong passwords.
   */
  confirmEmailChange(
    collection: string,
    token: string,
    password: string,
    call: AuthCall = {},
  ): Promise<void> {
    return this.#parts.mails.confirmEmailChange(
      collection,
      token,
      (account) => this.#parts.logins.isPasswordOf(account, password, call),
    );
  }

  /** Ends the session of a token; resolves to whether it was one. */
  async logout(token: string): Promise<boolean> {
    const login = await this.find(token);
    if (login?.account === undefined || login.kind !== "session") return false;
    const { collection, id } = login.account;
    return await this.#parts.sessions.revoke(collection, id, login.id);
  }

  /** Resolves to the sessions of an account, the one used last first. */
  sessionsOf(
    collection: string,
    id: string,
  ): Promise<readonly SessionInfo[]> {
    return this.#parts.sessions.list(collection, id);
  }

  /** Ends one session of an account; resolves to whether there was one. */
  revokeSession(
    collection: string,
    id: string,
    session: string,
  ): Promise<boolean> {
    return this.#parts.sessions.revoke(collection, id, session);
  }

  /** Ends all sessions of an account; resolves to how many there were. */
  revokeSessions(collection: string, id: string): Promise<number> {
    return this.#parts.sessions.revokeAll(collection, id);
  }

  /** Calls a function whenever sessions have ended before their time. */
  onEnded(listener: (ended: EndedSessions) => void): Disposable {
    return this.#parts.sessions.onEnded(listener);
  }

  /**
   * Resolves to whether a password is the one of an account. It counts against
   * the limits of tries, as a login does.
   *
   * @param call May be left out by the program itself.
   * @throws {TooManyTriesError} as a rejection, after too many wrong passwords.
   */
  async isPassword(
    collection: string,
    id: string,
    password: string,
    call: AuthCall = {},
  ): Promise<boolean> {
    const account = await this.#parts.accounts.get(collection, id);
    return account !== undefined &&
      await this.#parts.logins.isPasswordOf(account, password, call);
  }

  /**
   * Sets the password of an account, and ends all of its sessions and tokens.
   *
   * @throws {RecordNotFoundError} as a rejection, if there is no such account.
   * @throws {InvalidRecordError} as a rejection, if it can be no password.
   */
  async setPassword(
    collection: string,
    id: string,
    password: string,
  ): Promise<void> {
    const row = await this.#parts.passwords.columnsOf(password);
    const account = await this.#accountOf(collection, id);
    const updated = momentText(this.#parts.time.now());
    await this.#parts.engine.write({
      steps: [
        { kind: "update", collection, id, row: { ...row, updated } },
        ...endSteps(account),
      ],
    });
    this.#parts.sessions.end({ collection, id });
  }

  /**
   * Adds a superuser, who may do everything; resolves to the id of its record.
   *
   * @throws {NotUniqueError} as a rejection, if there is one of that address.
   * @throws {InvalidRecordError} as a rejection, if it can be no password.
   */
  createSuperuser(email: string, password: string): Promise<string> {
    return this.#parts.records.createSuperuser(email, password);
  }

  /**
   * Resolves to a token for links to protected files, which stands for a session
   * or key for two minutes and ends with it; to nothing if that is not valid.
   */
  async fileToken(token: string): Promise<string | undefined> {
    const cached = await this.#parts.sessions.find(token);
    return cached && this.#parts.fileTokens.issue(cached);
  }

  /** Resolves to whom the token of a file stands for, if it is valid. */
  findFileToken(token: string): Promise<Login | undefined> {
    return this.#parts.fileTokens.find(token);
  }

  /** Resolves when no mail waits or is under way. */
  mailsIdle(): Promise<void> {
    return this.#parts.mails.queue.idle();
  }

  /** Stores the last uses, and gives up hashes and mails that wait. */
  async close(): Promise<void> {
    this.#changes[Symbol.dispose]();
    this.#parts.passwords.close(new StoreClosedError("The store is closed"));
    await this.#parts.mails.close();
    await this.#parts.sessions.close();
  }

  /** Closes it as `close` does. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #accountOf(collection: string, id: string): Promise<Account> {
    const account = await this.#parts.accounts.get(collection, id);
    if (account !== undefined) return account;
    throw new RecordNotFoundError(
      `Cannot find the account ${id} of ${collection}: it does not exist`,
    );
  }
}

function resultOf(
  { record }: Account,
  { token, id, endsAt }: NewSession,
): AuthResult {
  return { token, record, session: id, endsAt };
}

function wrongCredentials(): WrongCredentialsError {
  return new WrongCredentialsError(
    "Cannot log in: the account or the password is wrong",
  );
}
