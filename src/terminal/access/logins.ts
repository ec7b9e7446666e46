/**
 * Logins: a browser sends a token in a cookie, and may do what the tickets that
 * it has used allow.
 *
 * @module
 */
import type { Clock, Timer } from "../../actor/mod.ts";
import {
  bestGrant,
  covers,
  type GrantRecord,
  type Revocation,
  withGrant,
} from "./grant_rules.ts";
import type { Pass } from "./pass.ts";
import { findSecret, makeSecret, type SecretRecord } from "./secrets.ts";

/** The lifetime and the number of logins. */
export interface LoginLimits {
  /** Milliseconds from the first ticket until a login ends, used or not. */
  readonly loginMs: number;
  /** Milliseconds without a request or a viewer until a login ends. */
  readonly loginIdleMs: number;
  /** Most logins; a further one ends the one unused for longest. */
  readonly maxLogins: number;
}

/** Who follows which logins there are. */
export interface LoginWatcher {
  started(login: Login): void;
  ended(login: Login): void;
}

/** One browser that has used a ticket. */
export class Login implements SecretRecord {
  readonly id: string;
  readonly hash: Uint8Array;
  readonly #ended = new AbortController();
  readonly #end: Timer;
  readonly #passes = new Set<Pass>();
  #grants: readonly GrantRecord[] = [];
  /** Time of the last use, in milliseconds of the clock. */
  usedAt: number;

  constructor(record: SecretRecord, clock: Clock, lifeMs: number) {
    this.id = record.id;
    this.hash = record.hash;
    this.usedAt = clock.now();
    this.#end = clock.schedule(lifeMs, () => this.end());
    // It must not keep the process alive.
    this.#end.unref();
  }

  /** Aborts when the login ends, and ends what it allowed. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Number of sockets; with one, the login is in use. */
  get viewers(): number {
    return this.#passes.size;
  }

  /** The passes of its open sockets. */
  get passes(): readonly Pass[] {
    return [...this.#passes];
  }

  /** Adds a grant, or replaces the others with it. */
  add(grant: GrantRecord): void {
    this.#grants = withGrant(this.#grants, { ...grant, login: this.id });
    this.#recheck("Another ticket was used in this browser: reload the page");
  }

  /** Returns the grant that allows most in a session, or in all of them. */
  grantFor(session: string): GrantRecord | undefined {
    return bestGrant(this.#grants, session);
  }

  /**
   * Returns what the login may do with a session, or with all of them for
   * `"all"`; `control` includes `view`.
   */
  roleIn(session: string): GrantRecord["role"] | undefined {
    return this.grantFor(session)?.role;
  }

  /** Returns whether the login gives a pass what it needs. */
  permits({ session, role, user }: Pass["request"]): boolean {
    return this.#grants.some((grant) =>
      covers(grant, session) && grant.user === user &&
      (grant.role === "control" || role === "view")
    );
  }

  /** Adds a socket, until `remove`. */
  open(pass: Pass): void {
    this.#passes.add(pass);
  }

  /** Removes a socket that was closed. */
  remove(pass: Pass): void {
    this.#passes.delete(pass);
  }

  /** Returns the changes that revoke access, one for each grant. */
  plan(revocation: Revocation, why: string): readonly (() => void)[] {
    return this.#grants.flatMap((grant) => {
      const left = revocation(grant);
      if (left === grant) return [];
      return [() => {
        this.#grants = this.#grants.flatMap((known) =>
          known !== grant ? [known] : left === undefined ? [] : [left]
        );
        this.#recheck(why);
        if (this.#grants.length === 0) this.end(why);
      }];
    });
  }

  /** Ends the login, and with it its sockets. */
  end(why = "The login has ended"): void {
    this.#end.cancel();
    this.#grants = [];
    this.#ended.abort(new DOMException(why, "AbortError"));
    this.#recheck(why);
  }

  #recheck(why: string): void {
    for (const pass of this.#passes) {
      if (!this.permits(pass.request)) pass.end(why);
    }
  }
}

/** All logins of a server. */
export class Logins {
  readonly #clock: Clock;
  readonly #limits: LoginLimits;
  /** In the order of their last use. */
  readonly #logins = new Map<string, Login>();
  watcher: LoginWatcher | undefined;

  /** Starts without logins. */
  constructor(clock: Clock, limits: LoginLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** All logins, in the order of their last use. */
  get all(): readonly Login[] {
    return [...this.#logins.values()];
  }

  /** Number of logins. */
  get size(): number {
    return this.#logins.size;
  }

  /** Starts a login; returns it with the token for its cookie. */
  start(): { readonly token: string; readonly login: Login } {
    this.#makeRoom();
    const { text, record } = makeSecret();
    const login = new Login(record, this.#clock, this.#limits.loginMs);
    this.#logins.set(login.id, login);
    login.ended.addEventListener(
      "abort",
      () => {
        this.#logins.delete(login.id);
        this.watcher?.ended(login);
      },
      { once: true },
    );
    this.watcher?.started(login);
    return { token: text, login };
  }

  /** Returns the login of a token, unless it is invalid or has ended. */
  find(token: string): Login | undefined {
    const login = findSecret(this.#logins, token);
    if (login === undefined) return undefined;
    if (this.#isIdle(login)) return void login.end();
    login.usedAt = this.#clock.now();
    this.#logins.delete(login.id);
    this.#logins.set(login.id, login);
    return login;
  }

  /** Ends all logins. */
  close(): void {
    for (const login of this.all) login.end();
  }

  #isIdle(login: Login): boolean {
    const idleMs = this.#clock.now() - login.usedAt;
    return login.viewers === 0 && idleMs >= this.#limits.loginIdleMs;
  }

  /** Ends idle logins, and with too many the one unused for longest. */
  #makeRoom(): void {
    const logins = this.all;
    for (const login of logins) if (this.#isIdle(login)) login.end();
    if (this.#logins.size < this.#limits.maxLogins) return;
    // A login with a viewer is in use.
    const [first] = this.#logins.values();
    (logins.find((one) => one.viewers === 0 && !one.ended.aborted) ?? first)
      ?.end();
  }
}
