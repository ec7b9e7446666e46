/**
 * Sessions and API keys: who holds which, and until when.
 *
 * @module
 */
import { callGuarded, report } from "../../actor/internal.ts";
import type { Engine, Row, Statement } from "../engine/engine.ts";
import { type Account, type Accounts, identityOf, keyOf } from "./accounts.ts";
import { InvalidTokenError } from "./auth_errors.ts";
import { SUPERUSERS } from "./auth_tables.ts";
import type { AuthTime } from "./auth_time.ts";
import { keyOwner, loadKey } from "./key_rows.ts";
import type { Login, SessionInfo } from "./login.ts";
import {
  accountKey,
  type Invalidation,
  SessionCache,
} from "./session_cache.ts";
import { hashOfKey, hashOfToken, makeToken } from "./token_text.ts";
import { RecentTokens } from "./recent_tokens.ts";
import { run } from "./statement.ts";
import { UseLog } from "./use_log.ts";

/** How long sessions last, and how many there are. */
export interface SessionLimits {
  /** Milliseconds without a use after which a session ends. */
  readonly idleMs: number;
  /** Milliseconds after which it ends however it is used. */
  readonly maxMs: number;
  /** Most sessions of an account; a further one ends the one unused longest. */
  readonly maxSessions: number;
  /** Most sessions in memory. */
  readonly maxCached: number;
}

/** A session or a key in memory. */
export interface CachedLogin {
  /** What others see of it. */
  readonly login: Login & { expiresAt: number };
  /** SHA-256 of its token. */
  readonly hash: string;
  /** Id of the session, or name of the key. */
  readonly id: string;
  /** Whom it is of, as `accountKey` has it. */
  readonly owner: string;
  /** Milliseconds without a use after which it ends. */
  readonly idleMs: number;
  /** When it was last used. */
  usedAt: number;
  /** The last use that is stored. */
  savedAt: number;
  /** Whether it has to be read again. */
  isStale: boolean;
}

/** A session that was started. */
export interface NewSession {
  /** The token for its holder. */
  readonly token: string;
  /** Id of the session. */
  readonly id: string;
  /** When it ends at the latest, in milliseconds since 1970. */
  readonly endsAt: number;
}

/** The sessions that have ended before their time. */
export type EndedSessions =
  /** One session of an account. */
  | {
    readonly collection: string;
    readonly id: string;
    readonly session: string;
  }
  /** All sessions of an account. */
  | { readonly collection: string; readonly id: string }
  /** What an API key has let in. */
  | { readonly key: string };

/** A session of a superuser ends after so long at the latest, and unused. */
const SUPERUSER_MS = 24 * 60 * 60 * 1000;
/** A clock that was wrong for less deletes no session that has not ended. */
const PURGE_AFTER_MS = 24 * 60 * 60 * 1000;
/** Sessions that one login deletes at most. */
const PURGE_AT_ONCE = 50;
const MAX_LABEL = 200;

/** The sessions and keys of a store. */
export class Sessions {
  readonly #engine: Engine;
  readonly #accounts: Accounts;
  readonly #time: AuthTime;
  readonly #limits: SessionLimits;
  readonly #cache: SessionCache<CachedLogin>;
  readonly #loading = new Map<string, Promise<CachedLogin | undefined>>();
  readonly #listeners = new Set<(ended: EndedSessions) => void>();
  readonly #uses: UseLog;
  readonly #recent: RecentTokens<CachedLogin>;

  /** Starts with nothing in memory. */
  constructor(
    engine: Engine,
    accounts: Accounts,
    time: AuthTime,
    limits: SessionLimits,
  ) {
    this.#engine = engine;
    this.#accounts = accounts;
    this.#time = time;
    this.#limits = limits;
    this.#cache = new SessionCache(limits.maxCached);
    this.#uses = new UseLog(engine, time.clock);
    this.#recent = new RecentTokens(time.clock);
  }

  /** How many sessions and keys are in memory. */
  get cached(): number {
    return this.#cache.size;
  }

  /**
   * Resolves to whom a token or key stands for; to nobody if it is none, has
   * ended, or its account has changed its password.
   */
  async find(token: string): Promise<CachedLogin | undefined> {
    const recent = this.#recent.get(token);
    if (recent !== undefined) return this.#used(recent);
    const session = hashOfToken(token);
    const hash = session ?? hashOfKey(token);
    if (hash === undefined) return undefined;
    const kind = session === undefined ? "key" : "session";
    const found = await this.findHash(hash, kind);
    if (found !== undefined && !found.isStale) this.#recent.add(token, found);
    return found;
  }

  /** Resolves to whom the token or key with a hash stands for. */
  async findHash(
    hash: string,
    kind: Login["kind"],
  ): Promise<CachedLogin | undefined> {
    const cached = this.#cache.get(hash) ?? await this.#load(hash, kind);
    return cached && this.#used(cached);
  }

  /** Returns a session that is used now, if it has not ended. */
  #used(cached: CachedLogin): CachedLogin | undefined {
    const { login } = cached;
    const now = this.#time.now();
    if (now >= login.expiresAt) return undefined;
    cached.usedAt = now;
    login.expiresAt = Math.min(now + cached.idleMs, login.endsAt);
    this.#uses.note(cached);
    return cached;
  }

  /**
   * Starts a session of an account. Rejects with an `InvalidTokenError` if its
   * password has changed since the account was read.
   */
  async start(account: Account, label: string): Promise<NewSession> {
    const { collection, id, tokenKey } = account;
    const now = this.#time.now();
    const { idleMs, maxMs } = this.#lifeOf(collection);
    const ends = now + maxMs;
    const { text, hash } = makeToken({
      purpose: "auth",
      collectionId: collection,
      id,
      endsAt: ends,
    });
    const session = crypto.randomUUID();
    const { steps: [inserted, displaced] } = await this.#engine.write({
      steps: [
        run(
          `INSERT INTO "_sessions" (
            hash, id, collection, account, tokenKey, label, created, used,
            expires, ends
          ) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE EXISTS (
            SELECT 1 FROM ${this.#accounts.table(collection)}
            WHERE id = ? AND tokenKey = ?)`,
          hash,
          session,
          collection,
          id,
          tokenKey,
          labelOf(label),
          now,
          now,
          Math.min(now + idleMs, ends),
          ends,
          id,
          tokenKey,
        ),
        run(
          `DELETE FROM "_sessions" WHERE hash IN (
            SELECT hash FROM "_sessions" WHERE collection = ? AND account = ?
            ORDER BY hash = ? DESC, used DESC LIMIT -1 OFFSET ?
          ) RETURNING id`,
          collection,
          id,
          hash,
          this.#limits.maxSessions,
        ),
        run(
          `DELETE FROM "_sessions" WHERE hash IN (
            SELECT hash FROM "_sessions" WHERE expires < ? LIMIT ?)`,
          now - PURGE_AFTER_MS,
          PURGE_AT_ONCE,
        ),
      ].map((statement) => ({ kind: "run", statement })),
    });
    for (const row of displaced?.rows ?? []) {
      this.end({ collection, id, session: String(row["id"]) });
    }
    if (inserted?.changed === 0) {
      throw new InvalidTokenError(
        "Cannot start a session: the account has changed meanwhile, log in again",
      );
    }
    return { token: text, id: session, endsAt: ends };
  }

  /** Resolves to the sessions of an account that have not ended. */
  async list(collection: string, id: string): Promise<readonly SessionInfo[]> {
    await this.#uses.flush();
    const rows = await this.#engine.read({
      sql: `SELECT s.id, s.label, s.created, s.used, s.expires
        FROM "_sessions" s JOIN ${this.#accounts.table(collection)} a
        ON a.id = s.account AND a.tokenKey = s.tokenKey
        WHERE s.collection = ? AND s.account = ? AND s.expires > ?
        ORDER BY s.used DESC, s.created DESC`,
      values: [collection, id, this.#time.now()],
    });
    return rows.map((row) => ({
      id: String(row["id"]),
      label: String(row["label"]),
      createdAt: Number(row["created"]),
      usedAt: Number(row["used"]),
      expiresAt: Number(row["expires"]),
    }));
  }

  /** Ends one session of an account; resolves to whether there was one. */
  async revoke(
    collection: string,
    id: string,
    session: string,
  ): Promise<boolean> {
    const { steps: [done] } = await this.#run(
      `DELETE FROM "_sessions" WHERE collection = ? AND account = ? AND id = ?`,
      collection,
      id,
      session,
    );
    this.end({ collection, id, session });
    return done?.changed === 1;
  }

  /** Ends all sessions of an account; resolves to how many there were. */
  async revokeAll(collection: string, id: string): Promise<number> {
    const { steps: [done] } = await this.#run(
      `DELETE FROM "_sessions" WHERE collection = ? AND account = ?`,
      collection,
      id,
    );
    this.end({ collection, id });
    return done?.changed ?? 0;
  }

  /** Reads an account again, whose record has changed, at its next use. */
  reread(collection: string, id: string): void {
    this.#cache.invalidate({ owner: accountKey(collection, id) });
  }

  /** Forgets sessions that have ended, and says so to whoever follows them. */
  end(ended: EndedSessions, what: Invalidation = invalidationOf(ended)): void {
    this.#cache.invalidate(what);
    for (const listener of this.#listeners) {
      callGuarded(() => listener(ended), listenerFailed);
    }
  }

  /** Calls a function whenever sessions have ended before their time. */
  onEnded(listener: (ended: EndedSessions) => void): Disposable {
    const own = (ended: EndedSessions): void => listener(ended);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  /** Stores the last uses. */
  async close(): Promise<void> {
    this.#recent.clear();
    await this.#uses.close();
  }

  /** Reads a session that is not in memory, once for all who ask for it. */
  #load(
    hash: string,
    kind: Login["kind"],
  ): Promise<CachedLogin | undefined> {
    const known = this.#loading.get(hash);
    if (known !== undefined) return known;
    const loading = this.#read(hash, kind)
      .finally(() => this.#loading.delete(hash));
    this.#loading.set(hash, loading);
    return loading;
  }

  async #read(
    hash: string,
    kind: Login["kind"],
  ): Promise<CachedLogin | undefined> {
    const lookup = this.#cache.begin();
    let cached: CachedLogin | undefined;
    try {
      cached = kind === "session"
        ? await this.#readSession(hash)
        : await loadKey(this.#engine, this.#accounts, this.#time, hash);
      return cached;
    } finally {
      this.#cache.end(lookup, cached);
    }
  }

  async #readSession(hash: string): Promise<CachedLogin | undefined> {
    const [row] = await this.#engine.read({
      sql: `SELECT * FROM "_sessions" WHERE hash = ?`,
      values: [hash],
    });
    if (row === undefined) return undefined;
    const collection = String(row["collection"]);
    // A program may have left out a collection that it once had.
    if (!this.#accounts.has(collection)) return undefined;
    const account = await this.#accounts.get(
      collection,
      String(row["account"]),
    );
    if (account === undefined || account.tokenKey !== row["tokenKey"]) {
      return undefined;
    }
    return this.#loginOf(hash, row, account);
  }

  #loginOf(hash: string, row: Row, account: Account): CachedLogin {
    const { collection, id } = account;
    const session = String(row["id"]);
    const usedAt = Number(row["used"]);
    return {
      login: {
        kind: "session",
        id: session,
        identity: identityOf(account),
        account: { collection, id },
        expiresAt: Number(row["expires"]),
        endsAt: Number(row["ends"]),
      },
      hash,
      id: session,
      owner: keyOf(account),
      idleMs: this.#lifeOf(collection).idleMs,
      usedAt,
      savedAt: usedAt,
      isStale: false,
    };
  }

  #lifeOf(collection: string): { idleMs: number; maxMs: number } {
    const { idleMs, maxMs } = this.#limits;
    if (collection !== SUPERUSERS) return { idleMs, maxMs };
    return {
      idleMs: Math.min(idleMs, SUPERUSER_MS),
      maxMs: Math.min(maxMs, SUPERUSER_MS),
    };
  }

  #run(
    sql: string,
    ...values: Statement["values"]
  ): ReturnType<Engine["write"]> {
    const statement = run(sql, ...values);
    return this.#engine.write({ steps: [{ kind: "run", statement }] });
  }
}

/** A label comes from clients: it is cut, and has nothing that is no text. */
function labelOf(label: string): string {
  const text = label.toWellFormed().replaceAll(/\p{Cc}/gu, " ");
  return [...text].slice(0, MAX_LABEL).join("");
}

function invalidationOf(ended: EndedSessions): Invalidation {
  if ("key" in ended) return { owner: keyOwner(ended.key, "key") };
  const owner = accountKey(ended.collection, ended.id);
  return { owner, id: "session" in ended ? ended.session : undefined };
}

function listenerFailed(error: unknown): void {
  report("A listener to sessions that have ended threw:", error);
}
