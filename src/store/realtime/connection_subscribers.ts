/**
 * The subscribers over logical connections.
 *
 * @module
 */
import type { EndedSessions } from "../auth/sessions.ts";
import { ErrorCode, type LogicalConnection } from "../../session/mod.ts";
import {
  ConnectionSubscriber,
  type ConnectionSubscriberPort,
} from "./connection_subscriber.ts";
import { type ChangedAccount, hasEnded, withRecord } from "./visitor.ts";

/** What the subscribers need together. */
export interface ConnectionSubscribersPort extends ConnectionSubscriberPort {
  /** The most subscribers at once. */
  readonly maxSubscribers: number;
}

/** The subscribers over logical connections. */
export class ConnectionSubscribers implements Disposable {
  readonly #port: ConnectionSubscribersPort;
  readonly #subscribers = new Set<ConnectionSubscriber>();
  #isClosed = false;

  /** Creates the list, which is empty at first. */
  constructor(port: ConnectionSubscribersPort) {
    this.#port = port;
  }

  /** Subscribers that are connected. */
  get size(): number {
    return this.#subscribers.size;
  }

  /** Serves one connection, until either side closes it. */
  async serve(connection: LogicalConnection): Promise<void> {
    if (this.#isClosed || this.size >= this.#port.maxSubscribers) {
      const why = this.#isClosed ? "The store is closed" : "There are too many";
      return connection.reset(ErrorCode.CANCELLED, why);
    }
    const subscriber = new ConnectionSubscriber(connection, this.#port);
    this.#subscribers.add(subscriber);
    try {
      await subscriber.serve();
    } finally {
      this.#subscribers.delete(subscriber);
    }
  }

  /** Ends the subscribers that have come by a session which has ended. */
  endSessions(ended: EndedSessions): void {
    for (const subscriber of [...this.#subscribers]) {
      const { owner } = subscriber;
      if (owner !== undefined && hasEnded(owner, ended)) {
        subscriber.end("identity_changed");
      }
    }
  }

  /** Notes that an account has changed, as its rules may mean others by now. */
  accountChanged(account: ChangedAccount): void {
    for (const subscriber of [...this.#subscribers]) {
      const visitor = withRecord(subscriber.owner, account);
      if (visitor !== undefined) subscriber.refresh(visitor);
    }
  }

  /** Ends all subscribers. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const subscriber of [...this.#subscribers]) subscriber.end("closed");
  }
}
