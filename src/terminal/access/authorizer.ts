/**
 * Asks the application whether a request may have what its login allows.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import { shown } from "../../checks/internal.ts";
import type { PtyRole } from "../../pty/mod.ts";
import type { TerminalCounters } from "../metrics.ts";

/**
 * A request for access, as the option `authorize` gets it. When an open socket
 * is checked again, it is the request with which that was opened.
 */
export interface AccessRequest {
  /** Whether the request controls something (`control`) or only reads (`view`). */
  readonly role: PtyRole;
  /** Id of the session that it concerns; `"all"` for all, or for new ones. */
  readonly session: string;
  /** Name of the user, if the ticket of the login had one. */
  readonly user: string | undefined;
  /** For a login by an invitation, name of the nearest user who invited. */
  readonly invitedBy: string | undefined;
  /** Id of the login; `undefined` for the request that exchanges a ticket. */
  readonly login: string | undefined;
  /** Method of the HTTP request. */
  readonly method: string;
  /** Address of the HTTP request. */
  readonly url: string;
  /** Headers of the HTTP request, such as the cookies of the application. */
  readonly headers: Headers;
}

/** Decides whether a request may have what its login allows: only `true` does. */
export type Authorize = (
  request: AccessRequest,
) => boolean | PromiseLike<boolean>;

/** Options of an {@linkcode Authorizer}. */
interface AuthorizerOptions {
  /** Function of the application; without it, everything is permitted. */
  readonly authorize: Authorize | undefined;
  /** Milliseconds that it may take; longer is a refusal. */
  readonly authorizeMs: number;
}

/** Asks the application, and takes every failure for a refusal. */
export class Authorizer {
  readonly #options: AuthorizerOptions;
  readonly #clock: Clock;
  readonly #counters: TerminalCounters;
  /** How often everything was checked again. */
  #checks = 0;

  /** Uses the function of the application, if it has one. */
  constructor(
    options: AuthorizerOptions,
    clock: Clock,
    counters: TerminalCounters,
  ) {
    this.#options = options;
    this.#clock = clock;
    this.#counters = counters;
  }

  /** Whether the application is asked at all. */
  get isUsed(): boolean {
    return this.#options.authorize !== undefined;
  }

  /** Asks again for requests that are being decided now. */
  recheck(): void {
    this.#checks++;
  }

  /** Resolves to whether the application permits a request; never rejects. */
  async permits(request: AccessRequest): Promise<boolean> {
    const { authorize } = this.#options;
    if (authorize === undefined) return true;
    for (;;) {
      const checks = this.#checks;
      if (!await this.#ask(authorize, request)) return false;
      // What it knew when it was asked may have changed since.
      if (checks === this.#checks) return true;
    }
  }

  async #ask(authorize: Authorize, request: AccessRequest): Promise<boolean> {
    const { authorizeMs } = this.#options;
    const late = Promise.withResolvers<never>();
    const timer = authorizeMs < Infinity
      ? this.#clock.schedule(
        authorizeMs,
        () => late.reject(new Error(`It took longer than ${authorizeMs} ms`)),
      )
      : undefined;
    try {
      const result: unknown = await Promise.race([
        authorize(request),
        late.promise,
      ]);
      if (typeof result === "boolean") return result;
      throw new TypeError(`It returned ${shown(result)}, not a boolean`);
    } catch (error) {
      this.#counters.authorizeFailures++;
      console.error("The option authorize failed, access is refused:", error);
      return false;
    } finally {
      timer?.cancel();
    }
  }
}
