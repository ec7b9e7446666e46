/**
 * V8's inspector with promises.
 *
 * @module
 */
import { Session } from "node:inspector";
import { ProfileError } from "./profile_errors.ts";

/** Milliseconds to wait for a reply: a large heap takes long to collect. */
const REPLY_MS = 60_000;

/** A session with the inspector of this process. */
export class Inspector implements Disposable {
  readonly #session = new Session();

  /**
   * Opens a session.
   *
   * @throws {ProfileError} if the permission for it is missing.
   */
  constructor() {
    try {
      this.#session.connect();
    } catch (cause) {
      throw new ProfileError(
        "Cannot profile: the inspector cannot be reached, run with --allow-sys=inspector",
        { cause },
      );
    }
  }

  /**
   * Sends a command, and resolves with its result.
   *
   * @throws {ProfileError} if V8 refuses the command or does not reply.
   */
  async send(
    method: string,
    parameters: Record<string, unknown> = {},
  ): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    // The inspector alone would not keep the process alive until it replies.
    const timer = setTimeout(() => {
      reject(
        new ProfileError(`Cannot profile: V8 did not reply to ${method}`),
      );
    }, REPLY_MS);
    this.#session.post(method, parameters, (error, result) => {
      if (error === null) return resolve(result);
      reject(
        new ProfileError(`Cannot profile: V8 refused ${method}`, {
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

  /** Ends the session and everything that runs in it. */
  [Symbol.dispose](): void {
    this.#session.disconnect();
  }
}
