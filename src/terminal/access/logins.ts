/**
 * Who is let in: a browser shows a token in a cookie, and may do what the
 * tickets that it has used say.
 *
 * @module
 */
import type { Clock, Timer } from "../../actor/mod.ts";
import { findSecret, makeSecret, type SecretRecord } from "./secrets.ts";
import type { Grant } from "./tickets.ts";

/** How long a login lasts, and how many there may be. */
export interface LoginLimits {
  /** Milliseconds from the first ticket until it is over, whatever is done. */
  readonly loginMs: number;
  /** Milliseconds without a request or a viewer until it is over. */
  readonly loginIdleMs: number;
  /** Logins at once; the one unused for longest makes room. */
  readonly maxLogins: number;
}

/** Sessions that one login may have tickets for; the oldest makes room. */
const MAX_GRANTS = 64;

/** Whether the one allows all that the other does. */
function includes(one: Grant, other: Grant): boolean {
  return (one.session === undefined || one.session === other.session) &&
    (one.role === "control" || other.role === "view");
}

/** Somebody who was let in. */
export class Login implements SecretRecord {
  readonly id: string;
  readonly hash: Uint8Array;
  readonly #ended = new AbortController();
  readonly #end: Timer;
  #grants: readonly Grant[] = [];
  /** When it was used last, on the clock. */
  usedAt: number;
  /** Viewers that are attached: it is in use as long as there is one. */
  viewers = 0;

  constructor(record: SecretRecord, clock: Clock, lifeMs: number) {
    this.id = record.id;
    this.hash = record.hash;
    this.usedAt = clock.now();
    this.#end = clock.schedule(lifeMs, () => this.end());
    // Nobody waits for it.
    this.#end.unref();
  }

  /** Aborts when it is over, so that what it allowed ends. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Allows more. */
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
   * What it may do with a session, or without one with all of them; `control`
   * includes `view`.
   */
  roleIn(session: string | undefined): Grant["role"] | undefined {
    const roles = this.#grants
      .filter((grant) =>
        grant.session === undefined || grant.session === session
      )
      .map((grant) => grant.role);
    return roles.includes("control") ? "control" : roles[0];
  }

  /** Ends it. */
  end(): void {
    this.#end.cancel();
    this.#ended.abort(new DOMException("The login is over", "AbortError"));
  }
}

/** All logins. */
export class Logins {
  readonly #clock: Clock;
  readonly #limits: LoginLimits;
  /** Who was there last stands last. */
  readonly #logins = new Map<string, Login>();

  /** Nobody is in yet. */
  constructor(clock: Clock, limits: LoginLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** How many are in. */
  get size(): number {
    return this.#logins.size;
  }

  /** Lets somebody in; the answer has the token for the cookie. */
  begin(): { readonly token: string; readonly login: Login } {
    this.#forget();
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

  /** Who shows this token; nobody if it is not good, or not any more. */
  find(token: string): Login | undefined {
    const login = findSecret(this.#logins, token);
    if (login === undefined) return undefined;
    if (this.#isIdle(login)) return void login.end();
    login.usedAt = this.#clock.now();
    this.#logins.delete(login.id);
    this.#logins.set(login.id, login);
    return login;
  }

  /** Ends all. */
  close(): void {
    for (const login of [...this.#logins.values()]) login.end();
  }

  #isIdle(login: Login): boolean {
    const idleMs = this.#clock.now() - login.usedAt;
    return login.viewers === 0 && idleMs >= this.#limits.loginIdleMs;
  }

  /** Ends who is idle, and the one unused for longest of too many. */
  #forget(): void {
    const logins = [...this.#logins.values()];
    for (const login of logins) if (this.#isIdle(login)) login.end();
    if (this.#logins.size < this.#limits.maxLogins) return;
    // Who has a viewer is using it.
    const [first] = this.#logins.values();
    (logins.find((one) => one.viewers === 0 && !one.ended.aborted) ?? first)
      ?.end();
  }
}
