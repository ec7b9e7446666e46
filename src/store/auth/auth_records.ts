/**
 * What accounts are created and changed from: their passwords become hashes, and
 * what only its owner's mail or password may change is changed by nobody else.
 *
 * @module
 */
import type { Engine, Row } from "../engine/engine.ts";
import { type InvalidIssue, InvalidRecordError } from "../errors.ts";
import type { Identity } from "../schema/identity.ts";
import { momentText } from "../schema/moment.ts";
import { newRecordId } from "../schema/record_id.ts";
import { unknownFieldIssues } from "../schema/unknown_field.ts";
import { type Account, type Accounts, normalEmail } from "./accounts.ts";
import type { AuthCall } from "./auth_call.ts";
import { SUPERUSERS } from "./auth_tables.ts";
import type { AuthTime } from "./auth_time.ts";
import type { PasswordLogins } from "./password_logins.ts";
import { newTokenKey, type Passwords } from "./passwords.ts";
import { accountKey } from "./session_cache.ts";

/** A record of an auth collection that is to be written. */
export interface AccountWrite {
  /** The auth collection. */
  readonly collection: string;
  /** The id of the account that is changed; undefined for a new one. */
  readonly id: string | undefined;
  /** Its fields, and `password`, `passwordConfirm` and `oldPassword`. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Who writes; the program itself may do what a superuser may. */
  readonly who: Identity | "program";
}

/** A record of an auth collection as it is written. */
export interface PreparedAccount {
  /** Its fields, without passwords. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The hidden columns that are written with them. */
  readonly hidden: Row;
  /** Whether all sessions of the account end with this write. */
  readonly endsSessions: boolean;
}

/** Most accounts whose writes are under way, of those that end sessions. */
const MAX_ENDING = 1000;

/** What is given of passwords, which are no fields. */
const PASSWORDS = ["password", "passwordConfirm", "oldPassword"];

type Given = Readonly<Record<string, unknown>>;

/** Prepares what accounts are created and changed from. */
export class AuthRecords {
  readonly #engine: Engine;
  readonly #time: AuthTime;
  readonly #accounts: Accounts;
  readonly #passwords: Passwords;
  readonly #logins: PasswordLogins;
  /** The accounts whose sessions end with a write that was prepared. */
  readonly #ending = new Set<string>();

  /** Takes what it works with. */
  constructor(
    engine: Engine,
    time: AuthTime,
    accounts: Accounts,
    passwords: Passwords,
    logins: PasswordLogins,
  ) {
    this.#engine = engine;
    this.#time = time;
    this.#accounts = accounts;
    this.#passwords = passwords;
    this.#logins = logins;
  }

  /**
   * Resolves to what is written of an account. Rejects with an
   * `InvalidRecordError` if a password can be none, is not confirmed or may not
   * be set so, or if a field is changed that only a mail may change.
   */
  async prepare(
    { collection, id, data, who }: AccountWrite,
    call: AuthCall,
  ): Promise<PreparedAccount> {
    const { password, passwordConfirm, oldPassword, ...rest } = data;
    const fields: Record<string, unknown> = rest;
    if (typeof fields["email"] === "string") {
      fields["email"] = normalEmail(fields["email"]);
    }
    const account = id === undefined
      ? undefined
      : await this.#accounts.get(collection, id);
    const mayAll = who === "program" || who?.kind === "superuser";
    const issues = [
      ...unknownIssues(this.#accounts.fieldsOf(collection), fields),
      ...confirmIssues(password, passwordConfirm),
    ];
    if (!mayAll) issues.push(...ownIssues(fields, account, password));
    throwIssues(collection, issues);
    if (account !== undefined) leaveOutSame(fields, account);
    if (account !== undefined && password !== undefined && !mayAll) {
      await this.#checkOld(account, who, oldPassword, call);
    }
    const isNew = id === undefined;
    const isMoved = account !== undefined && fields["email"] !== undefined &&
      fields["email"] !== account.email;
    const hidden = password !== undefined
      ? await this.#passwords.columnsOf(textOf(password), call.signal)
      : isNew
      ? { passwordHash: "", tokenKey: newTokenKey() }
      : isMoved
      ? { tokenKey: newTokenKey() }
      : {};
    const endsSessions = !isNew && hidden["tokenKey"] !== undefined;
    if (endsSessions) this.#end(accountKey(collection, id));
    return { data: fields, hidden, endsSessions };
  }

  /**
   * Returns whether a write of an account that was prepared ends its sessions,
   * once: it is asked when the account has changed.
   */
  takeEnding(collection: string, id: string): boolean {
    return this.#ending.delete(accountKey(collection, id));
  }

  /** A write may fail, and what is noted of it is then not taken. */
  #end(account: string): void {
    const [oldest] = this.#ending;
    if (oldest !== undefined && this.#ending.size >= MAX_ENDING) {
      this.#ending.delete(oldest);
    }
    this.#ending.add(account);
  }

  /** Adds a superuser; resolves to the id of its record. */
  async createSuperuser(email: string, password: string): Promise<string> {
    const hidden = await this.#passwords.columnsOf(password);
    const id = newRecordId();
    const now = momentText(this.#time.now());
    await this.#engine.write({
      steps: [{
        kind: "create",
        collection: SUPERUSERS,
        row: {
          id,
          created: now,
          updated: now,
          email: normalEmail(email),
          emailVisibility: 0n,
          verified: 1n,
          ...hidden,
        },
      }],
    });
    return id;
  }

  /** Checks that whoever sets a password is its owner, and knows the old one. */
  async #checkOld(
    account: Account,
    who: Identity,
    oldPassword: unknown,
    call: AuthCall,
  ): Promise<void> {
    const isOwner = who?.kind === "record" && who.id === account.id &&
      who.collection === account.collection;
    if (
      isOwner && typeof oldPassword === "string" &&
      await this.#logins.isPasswordOf(account, oldPassword, call)
    ) return;
    throwIssues(account.collection, [
      isOwner
        ? {
          path: "oldPassword",
          value: "another text",
          needed: "the password that the account has",
        }
        : {
          path: "password",
          value: "given",
          needed: "left out, as it is set by the account itself",
        },
    ]);
  }
}

/**
 * What is no field. It may be a password whose name is misspelt, so its value is
 * not shown.
 */
function unknownIssues(
  names: readonly string[],
  fields: Given,
): InvalidIssue[] {
  const known = ["id", ...names];
  const unknown = Object.keys(fields).filter((name) => !known.includes(name));
  return unknownFieldIssues(unknown, [...known, ...PASSWORDS], {
    of: "there is",
    valueOf: () => "given",
  });
}

function confirmIssues(
  password: unknown,
  passwordConfirm: unknown,
): InvalidIssue[] {
  if (passwordConfirm === undefined || passwordConfirm === password) return [];
  return [{
    path: "passwordConfirm",
    value: "another text",
    needed: "the same as the password",
  }];
}

/**
 * Leaves out what an account has already, as clients send whole records back: it
 * may be changed by mail until this is written, and must not be changed back.
 */
function leaveOutSame(
  fields: Record<string, unknown>,
  { email, isVerified }: Account,
): void {
  if (fields["email"] === email) delete fields["email"];
  if (fields["verified"] === isVerified) delete fields["verified"];
}

/** What is wrong if an account is written by no superuser. */
function ownIssues(
  fields: Given,
  account: Account | undefined,
  password: unknown,
): InvalidIssue[] {
  const issues: InvalidIssue[] = [];
  const { email, verified } = fields;
  if (account === undefined && password === undefined) {
    issues.push({ path: "password", value: "missing", needed: "given" });
  }
  if (verified !== undefined && verified !== (account?.isVerified ?? false)) {
    issues.push({
      path: "verified",
      value: "another value",
      needed: "left out, as a verification sets it",
    });
  }
  if (account !== undefined && email !== undefined && email !== account.email) {
    issues.push({
      path: "email",
      value: "another address",
      needed: "left out, as a change of address is requested",
    });
  }
  return issues;
}

function throwIssues(
  collection: string,
  issues: readonly InvalidIssue[],
): void {
  if (issues.length === 0) return;
  throw new InvalidRecordError(`a record of ${collection}`, issues);
}

/** What is no text is no password either, and `columnsOf` says so. */
function textOf(password: unknown): string {
  return typeof password === "string" ? password : "";
}
