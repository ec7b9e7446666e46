/**
 * Tokens that are sent by mail: each can be used once, for one thing, within a
 * short time, and for as long as the account has the same password and address.
 *
 * @module
 */
import type { Engine, Row, WriteStep } from "../engine/engine.ts";
import { RecordNotFoundError } from "../errors.ts";
import { momentText } from "../schema/moment.ts";
import type { Account, Accounts } from "./accounts.ts";
import { InvalidTokenError } from "./auth_errors.ts";
import type { AuthMail } from "./auth_mail.ts";
import type { AuthTime } from "./auth_time.ts";
import { run } from "./statement.ts";
import { hashOfToken, makeToken } from "./token_text.ts";

/** What a token can be for. */
export type MailPurpose = AuthMail["kind"];

/** A token that was found, with the account that it is for. */
export interface FoundToken {
  /** SHA-256 of the token. */
  readonly hash: string;
  /** The account, as it is now. */
  readonly account: Account;
  /** The address that the account is to have. */
  readonly newEmail: string;
}

/** Most tokens of an account for one purpose; a further one ends the oldest. */
const MAX_TOKENS = 3;
/** Tokens that one request deletes at most. */
const PURGE_AT_ONCE = 50;

/** The tokens that were sent and not used. */
export class MailTokens {
  readonly #engine: Engine;
  readonly #accounts: Accounts;
  readonly #time: AuthTime;

  /** Takes what it works with. */
  constructor(engine: Engine, accounts: Accounts, time: AuthTime) {
    this.#engine = engine;
    this.#accounts = accounts;
    this.#time = time;
  }

  /** Makes a token for an account. */
  async issue(
    account: Account,
    purpose: MailPurpose,
    lifeMs: number,
    newEmail = "",
  ): Promise<{ readonly token: string; readonly expiresAt: number }> {
    const { collection, id, tokenKey, email } = account;
    const now = this.#time.now();
    const expiresAt = now + lifeMs;
    const { text, hash } = makeToken({
      purpose,
      collectionId: collection,
      id,
      endsAt: expiresAt,
    });
    await this.#engine.write({
      steps: [
        run(
          `INSERT INTO "_mail_tokens" (hash, purpose, collection, account,
            tokenKey, email, newEmail, created, expires)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          hash,
          purpose,
          collection,
          id,
          tokenKey,
          email,
          newEmail,
          now,
          expiresAt,
        ),
        run(
          `DELETE FROM "_mail_tokens" WHERE hash IN (
            SELECT hash FROM "_mail_tokens"
            WHERE collection = ? AND account = ? AND purpose = ?
            ORDER BY hash = ? DESC, created DESC LIMIT -1 OFFSET ?)`,
          collection,
          id,
          purpose,
          hash,
          MAX_TOKENS,
        ),
        run(
          `DELETE FROM "_mail_tokens" WHERE hash IN (
            SELECT hash FROM "_mail_tokens" WHERE expires <= ? LIMIT ?)`,
          now,
          PURGE_AT_ONCE,
        ),
      ].map((statement) => ({ kind: "run", statement })),
    });
    return { token: text, expiresAt };
  }

  /**
   * Resolves to what a token is for, without using it. Rejects with an
   * `InvalidTokenError` if it cannot be used.
   */
  async find(
    collection: string,
    token: string,
    purpose: MailPurpose,
  ): Promise<FoundToken> {
    const hash = hashOfToken(token);
    if (hash === undefined) throw invalid();
    const [row] = await this.#engine.read({
      sql: `SELECT * FROM "_mail_tokens"
        WHERE hash = ? AND purpose = ? AND collection = ? AND expires > ?`,
      values: [hash, purpose, collection, this.#time.now()],
    });
    if (row === undefined) throw invalid();
    const account = await this.#accounts.get(
      collection,
      String(row["account"]),
    );
    if (
      account === undefined || account.tokenKey !== row["tokenKey"] ||
      account.email !== row["email"]
    ) throw invalid();
    return { hash, account, newEmail: String(row["newEmail"]) };
  }

  /**
   * Uses a token: changes its account, and ends the token with what else the
   * change ends. All of it is done or nothing. Rejects with an
   * `InvalidTokenError` if the token was used, or the account has changed.
   */
  async use(
    { hash, account }: FoundToken,
    changes: Row,
    ...steps: readonly WriteStep[]
  ): Promise<void> {
    const { collection, id, tokenKey, email } = account;
    try {
      await this.#engine.write({
        steps: [
          {
            kind: "update",
            collection,
            id,
            row: { ...changes, updated: momentText(this.#time.now()) },
            expected: { tokenKey, email },
            condition: run(
              `EXISTS (SELECT 1 FROM "_mail_tokens" WHERE hash = ?)`,
              hash,
            ),
          },
          {
            kind: "run",
            statement: run(`DELETE FROM "_mail_tokens" WHERE hash = ?`, hash),
          },
          ...steps,
        ],
      });
    } catch (error) {
      throw error instanceof RecordNotFoundError ? invalid() : error;
    }
  }
}

function invalid(): InvalidTokenError {
  return new InvalidTokenError(
    "Cannot use the token: it was used, has ended or never was one, request another",
  );
}
