/**
 * The clients of the event stream by their ids.
 *
 * @module
 */
import type { EndedSessions } from "../auth/sessions.ts";
import type { Timer } from "../../actor/mod.ts";
import type { Position } from "./position.ts";
import { SseClient, type SseClientPort } from "./sse_client.ts";
import {
  type ChangedAccount,
  hasEnded,
  type Visitor,
  withRecord,
} from "./visitor.ts";

/** What the clients need together. */
export interface SseClientsPort extends Omit<SseClientPort, "onEnd"> {
  /** Milliseconds between the events that keep a connection open. */
  readonly heartbeatMs: number;
  /** The most clients at once. */
  readonly maxClients: number;
}

/** The clients of the event stream. */
export class SseClients implements Disposable {
  readonly #port: SseClientsPort;
  readonly #clients = new Map<string, SseClient>();
  #heartbeat: Timer | undefined;

  /** Creates a stream without clients. */
  constructor(port: SseClientsPort) {
    this.#port = port;
  }

  /** Clients that are connected. */
  get size(): number {
    return this.#clients.size;
  }

  /** Returns the client with an id. */
  get(id: string): SseClient | undefined {
    return this.#clients.get(id);
  }

  /**
   * Adds a client behind a position; `undefined` if there are too many. It
   * belongs to the visitor, if that is somebody.
   */
  open(visitor: Visitor, from?: Position): SseClient | undefined {
    if (this.#clients.size >= this.#port.maxClients) return undefined;
    const client = new SseClient(
      { ...this.#port, onEnd: ({ id }) => this.#remove(id) },
      from,
    );
    if (visitor.identity !== null) client.belongTo(visitor);
    this.#clients.set(client.id, client);
    if (this.#clients.size === 1) this.#planHeartbeat();
    return client;
  }

  /** Ends the clients that have come by a session which has ended. */
  endSessions(ended: EndedSessions): void {
    for (const client of [...this.#clients.values()]) {
      if (client.owner !== undefined && hasEnded(client.owner, ended)) {
        client.cut("identity_changed");
      }
    }
  }

  /** Notes that an account has changed, as its rules may mean others by now. */
  accountChanged(account: ChangedAccount): void {
    for (const client of [...this.#clients.values()]) {
      const visitor = withRecord(client.owner, account);
      if (visitor !== undefined) client.refresh(visitor);
    }
  }

  /** Ends all clients. */
  [Symbol.dispose](): void {
    for (const client of [...this.#clients.values()]) client.cut("closed");
  }

  #remove(id: string): void {
    this.#clients.delete(id);
    if (this.#clients.size > 0) return;
    this.#heartbeat?.cancel();
    this.#heartbeat = undefined;
  }

  #planHeartbeat(): void {
    const { clock, heartbeatMs } = this.#port;
    this.#heartbeat = clock.schedule(heartbeatMs, () => {
      for (const client of this.#clients.values()) client.heartbeat();
      if (this.#clients.size > 0) this.#planHeartbeat();
    });
  }
}
