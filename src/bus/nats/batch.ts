/**
 * What was sent since the last ping: the pong of the next one confirms all of
 * it. Messages of one subject share a promise.
 *
 * @module
 */

/** Messages that one pong confirms. */
export class Batch {
  bytes = 0;
  readonly #promises = new Map<string, PromiseWithResolvers<void>>();

  /** Adds a message, and returns the promise of its subject. */
  add(subject: string, bytes: number): Promise<void> {
    this.bytes += bytes;
    let outcome = this.#promises.get(subject);
    if (outcome === undefined) {
      outcome = Promise.withResolvers<void>();
      // Nobody has to wait for a publish.
      outcome.promise.catch(() => {});
      this.#promises.set(subject, outcome);
    }
    return outcome.promise;
  }

  /** The server does not let this client publish on a subject. */
  refuse(subject: string, error: unknown): void {
    this.#promises.get(subject)?.reject(error);
  }

  /** The server has all of it. */
  confirm(): void {
    for (const outcome of this.#promises.values()) outcome.resolve();
  }

  /** Nobody knows whether the server has it. */
  fail(error: unknown): void {
    for (const outcome of this.#promises.values()) outcome.reject(error);
  }
}
