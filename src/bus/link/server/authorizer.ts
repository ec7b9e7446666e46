/**
 * What one client may do, as the application says; asked once for each.
 *
 * @module
 */
import { BusForbiddenError } from "../../errors.ts";
import type { BusOperation, ServerSettings } from "./server_options.ts";

/** What was judged: `undefined` if it may be, or why not. */
export type Verdict = BusForbiddenError | undefined;

/** Verdicts that are kept of one client; the oldest are asked again. */
const MAX_VERDICTS = 10_000;

/** The permissions of one client. */
export class Authorizer {
  readonly #settings: ServerSettings;
  readonly #identity: string | undefined;
  readonly #verdicts = new Map<string, Verdict>();
  /** How often all verdicts were forgotten. */
  #forgotten = 0;

  constructor(settings: ServerSettings, identity: string | undefined) {
    this.#settings = settings;
    this.#identity = identity;
  }

  /** Forgets all verdicts. */
  forget(): void {
    this.#forgotten++;
    this.#verdicts.clear();
  }

  /** Returns the verdict, at once if it is known, or nobody has to be asked. */
  judge(
    operation: BusOperation,
    subject: string,
  ): Verdict | Promise<Verdict> {
    const { authorize, onError } = this.#settings;
    if (authorize === undefined) return undefined;
    const key = `${operation} ${subject}`;
    if (this.#verdicts.has(key)) return this.#verdicts.get(key);
    const failed = (error: unknown): Verdict => {
      onError(error);
      return forbidden(operation, subject, "the check has failed");
    };
    const forgotten = this.#forgotten;
    const judged = (answer: boolean | string): Verdict => {
      const verdict = answer === true
        ? undefined
        : forbidden(operation, subject, answer);
      this.#keep(key, verdict);
      return verdict;
    };
    try {
      const identity = this.#identity;
      const answer = authorize({ identity, operation, subject });
      if (typeof answer === "boolean" || typeof answer === "string") {
        return judged(answer);
      }
      return Promise.resolve(answer).then((answer) =>
        // What was asked before all was forgotten is no verdict any more.
        forgotten === this.#forgotten
          ? judged(answer)
          : this.judge(operation, subject)
      ).catch(failed);
    } catch (error) {
      return failed(error);
    }
  }

  /**
   * Resolves if something may be done.
   *
   * @throws {BusForbiddenError} if it may not.
   */
  async check(operation: BusOperation, subject: string): Promise<void> {
    const verdict = await this.judge(operation, subject);
    if (verdict !== undefined) throw verdict;
  }

  #keep(key: string, verdict: Verdict): void {
    if (this.#verdicts.size >= MAX_VERDICTS) {
      const [oldest] = this.#verdicts.keys();
      if (oldest !== undefined) this.#verdicts.delete(oldest);
    }
    this.#verdicts.set(key, verdict);
  }
}

function forbidden(
  operation: BusOperation,
  subject: string,
  reason: boolean | string,
): BusForbiddenError {
  return new BusForbiddenError(
    `Cannot ${operation} ${subject}: ${
      typeof reason === "string" ? reason : "it is not allowed"
    }`,
  );
}
