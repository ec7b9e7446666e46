/**
 * The parts of authentication, put together.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import type { Engine } from "../engine/engine.ts";
import type { Collection } from "../schema/collection.ts";
import { AccountMails } from "./account_mails.ts";
import { Accounts, type ReadRecord } from "./accounts.ts";
import type { ResolvedAuthOptions } from "./auth_options.ts";
import { AuthRecords } from "./auth_records.ts";
import { type AuthTime, authTime } from "./auth_time.ts";
import { FileTokens } from "./file_tokens.ts";
import { Keys } from "./keys.ts";
import { PasswordLogins } from "./password_logins.ts";
import { Passwords } from "./passwords.ts";
import { Sessions } from "./sessions.ts";
import { TryLimits } from "./try_limits.ts";

/** What authentication works with. */
export interface AuthSetting {
  readonly engine: Engine;
  /** All collections of the store, `superusers` among them. */
  readonly collections: readonly Collection[];
  /** Makes a record of a row. */
  readonly readRecord: ReadRecord;
  /** The clock of the system. */
  readonly clock: Clock;
}

/** The parts of authentication. */
export interface AuthParts {
  readonly engine: Engine;
  readonly time: AuthTime;
  readonly accounts: Accounts;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly keys: Keys;
  readonly fileTokens: FileTokens;
  readonly mails: AccountMails;
  readonly limits: TryLimits;
  readonly logins: PasswordLogins;
  readonly records: AuthRecords;
}

/** Puts the parts together, over an engine that has `AUTH_TABLES`. */
export function openAuthParts(
  { engine, collections, readRecord, clock }: AuthSetting,
  options: ResolvedAuthOptions,
): AuthParts {
  const time = authTime(clock);
  const accounts = new Accounts(engine, collections, readRecord);
  const passwords = new Passwords(options, clock);
  const sessions = new Sessions(engine, accounts, time, {
    idleMs: options.sessionIdleMs,
    maxMs: options.sessionMaxMs,
    maxSessions: options.maxSessions,
    maxCached: options.maxCachedSessions,
  });
  const limits = new TryLimits("log in", {
    perAccount: options.triesPerAccount,
    perNetwork: options.triesPerNetwork,
    windowMs: options.tryWindowMs,
  }, clock);
  const logins = new PasswordLogins(engine, accounts, passwords, limits);
  return {
    engine,
    time,
    accounts,
    passwords,
    sessions,
    keys: new Keys(engine, accounts, sessions, time),
    fileTokens: new FileTokens(sessions, time),
    mails: new AccountMails(
      options,
      engine,
      time,
      accounts,
      passwords,
      sessions,
    ),
    limits,
    logins,
    records: new AuthRecords(engine, time, accounts, passwords, logins),
  };
}
