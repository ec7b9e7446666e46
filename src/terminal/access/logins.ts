/**
 * Logins: a browser sends a token in a cookie, and may do what the tickets that
 * it has used allow.
 *
 * @module
 */
import type { Clock, Timer } from "../../actor/mod.ts";
import { findSecret, makeSecret, type SecretRecord } from "./secrets.ts";
import type { Grant } from "./tickets.ts";

/** The lifetime and the number of logins. */
export interface LoginLimits {
  /** Milliseconds from the first ticket until a login ends, used or not. */
  readonly loginMs: number;
  /** Milliseconds without a request or a viewer until a login ends. */
  readonly loginIdleMs: number;
  /** Most logins; a further one ends the one unused for longest. */
  readonly maxLogins: number;
}

/** Most sessions that a login may have grants for; the oldest is dropped. */
const MAX_GRANTS = 64;

/** Whether one grant allows everything that another one does. */
function includes(one: Grant, other: Grant): boolean {
  return (one.session === undefined || one.session === other.session) &&
    (one.role === "control" || other.role === "view");
}

/** One browser that has used a ticket. */
export class Login implements SecretRecord {
  readonly id: string;
  readonly hash: Uint8Array;
  readonly #ended = new AbortController();
  readonly #end: Timer;
  #grants: readonly Grant[] = [];
  /** Time of the last use, in milliseconds of the clock. */
  usedAt: number;
  /** Number of attached viewers; with one, the login is in use. */
  viewers = 0;

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

  /** Adds a grant. */
  add(grant: Grant): void {
    if (this.#grants.some((known) => includes(known, grant))) return;
    const all = [...this.#grants, grant]
      .filter((known) => known === grant || !includes(grant, known));
    this.#grants = [
      ...all.filter(({ session }) => session === undefined),
      ...all.filter(({ session }) => session !== undefined).slice(-MAX_GRANTS),
    ];
  }

  /**
   * Returns what the login may do with a session, or with all of them if none is
   * given; `control` includes `view`.
   */
  roleIn(session: string | undefined): Grant["role"] | undefined {
    const roles = this.#grants
      .filter((grant) =>
        grant.session === undefined || grant.session === session
      )
      .map((grant) => grant.role);
    return roles.includes("control") ? "control" : roles[0];
  }

  /** Ends the login. */
  end(): void {
    this.#end.cancel();
    this.#ended.abort(new DOMException("The login has ended", "AbortError"));
  }
}

/** All logins of a server. */
export class Logins {
  readonly #clock: Clock;
  readonly #limits: LoginLimits;
  /** In the order of their last use. */
  readonly #logins = new Map<string, Login>();

  /** Starts without logins. */
  constructor(clock: Clock, limits: LoginLimits) {
    this.#clock = clock;
    this.#limits = limits;
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
      () => this.#logins.delete(login.id),
      { once: true },
    );
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
    for (const login of [...this.#logins.values()]) login.end();
  }

  #isIdle(login: Login): boolean {
    const idleMs = this.#clock.now() - login.usedAt;
    return login.viewers === 0 && idleMs >= this.#limits.loginIdleMs;
  }

  /** Ends idle logins, and with too many the one unused for longest. */
  #makeRoom(): void {
    const logins = [...this.#logins.values()];
    for (const login of logins) if (this.#isIdle(login)) login.end();
    if (this.#logins.size < this.#limits.maxLogins) return;
    // A login with a viewer is in use.
    const [first] = this.#logins.values();
    (logins.find((one) => one.viewers === 0 && !one.ended.aborted) ?? first)
      ?.end();
  }
}
