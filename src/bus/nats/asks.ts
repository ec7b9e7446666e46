/**
 * Messages that the server acknowledges: what a stream is to keep, and what a
 * consumer is done with. All that wait have the same time, so one timer looks
 * at the oldest.
 *
 * @module
 */
import type { Msg, MsgHdrs, NatsConnection } from "@nats-io/transport-node";
import { Deadline, type Deadlines } from "../../actor/internal.ts";
import { BusTimeoutError } from "../errors.ts";
import { Inbox } from "./inbox.ts";
import type { Uplink } from "./uplink.ts";

/** One message that waits for its acknowledgement. */
class Ask extends Deadline {
  readonly #what: string;
  readonly #outcome = Promise.withResolvers<Msg>();
  /** Whether the server has it, so that only the reply can be lost. */
  isThere = false;

  constructor(what: string) {
    super();
    this.#what = what;
    // Whoever does not wait has no error.
    this.#outcome.promise.catch(() => {});
  }

  get reply(): Promise<Msg> {
    return this.#outcome.promise;
  }

  resolve(message: Msg): void {
    this.#outcome.resolve(message);
  }

  fail(error: unknown): void {
    this.#outcome.reject(error);
  }

  override expire(): void {
    this.fail(
      new BusTimeoutError(
        `Cannot ${this.#what}: the server has not replied in time, it may have done it or not`,
      ),
    );
  }
}

/** What waits for an acknowledgement of the server. */
export class Asks {
  readonly #uplink: Uplink;
  readonly #deadlines: Deadlines;
  readonly #askMs: number;
  readonly #inbox: Inbox;
  readonly #pending = new Set<Ask>();

  constructor(
    connection: NatsConnection,
    uplink: Uplink,
    deadlines: Deadlines,
    options: { readonly inboxPrefix: string; readonly askMs: number },
  ) {
    this.#uplink = uplink;
    this.#deadlines = deadlines;
    this.#askMs = options.askMs;
    this.#inbox = new Inbox(connection, options.inboxPrefix, true);
  }

  /** Messages that wait for a reply. */
  get pending(): number {
    return this.#pending.size;
  }

  /**
   * Sends a message, in order with all that are sent, and returns the reply of
   * the server.
   *
   * @throws {BusTimeoutError} as a rejection, if there is none in time.
   * @throws {BusInterruptedError} as a rejection, if the connection is lost.
   */
  async ask(
    what: string,
    subject: string,
    bytes: Uint8Array,
    headers?: MsgHdrs,
  ): Promise<Msg> {
    const ask = new Ask(what);
    const asked = this.#inbox.open((message) => ask.resolve(message));
    try {
      const sent = this.#uplink.send(
        subject,
        bytes,
        headers === undefined
          ? { reply: asked.subject }
          : { reply: asked.subject, headers },
      );
      this.#pending.add(ask);
      // What waits for a connection has its time when there is one.
      sent.then(() => this.#start(ask), (error) => ask.fail(error));
      return await ask.reply;
    } finally {
      asked.close();
      this.#pending.delete(ask);
      this.#deadlines.remove(ask);
    }
  }

  /** The connection is lost: no reply comes to what the server has. */
  lost(error: unknown): void {
    for (const ask of this.#pending) if (ask.isThere) ask.fail(error);
  }

  #start(ask: Ask): void {
    if (!this.#pending.has(ask)) return;
    ask.isThere = true;
    this.#deadlines.add(ask, this.#askMs);
  }
}
