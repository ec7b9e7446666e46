/**
 * V8's inspector, asked as promises.
 *
 * @module
 */
import { Session } from "node:inspector";
import { ProfileError } from "./profile_errors.ts";

/** Milliseconds for an answer: to collect the garbage of a large heap. */
const ANSWER_MS = 60_000;

/** A session with the inspector of this process. */
export class Inspector implements Disposable {
  readonly #session = new Session();

  /** @throws {ProfileError} when there is no permission for it. */
  constructor() {
    try {
      this.#session.connect();
    } catch (cause) {
      throw new ProfileError(
        "Cannot profile: the inspector is out of reach, run with --allow-sys=inspector",
        { cause },
      );
    }
  }

  /**
   * Sends a command, and gives its result.
   *
   * Rejects with `ProfileError` if V8 refuses it, or does not answer.
   */
  async send(
    method: string,
    parameters: Record<string, unknown> = {},
  ): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    // The inspector alone would not keep the process alive until it answers.
    const timer = setTimeout(() => {
      reject(
        new ProfileError(`Cannot profile: ${method} has had no answer`),
      );
    }, ANSWER_MS);
    this.#session.post(method, parameters, (error, result) => {
      if (error === null) return resolve(result);
      reject(
        new ProfileError(`Cannot profile: ${method} was refused`, {
          cause: error,
        }),
      );
    });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the session, and what it does. */
  [Symbol.dispose](): void {
    this.#session.disconnect();
  }
}
