/**
 * What a bus on NATS stands on: its connection, and how it begins and ends.
 *
 * @module
 */
import { errors, type NatsConnection } from "@nats-io/transport-node";
import { type Deadlines, Dispatcher } from "../../actor/internal.ts";
import { DeliveryCounters } from "../delivery/counters.ts";
import { Outcome } from "../delivery/outcome.ts";
import { BusClosedError } from "../errors.ts";
import type { BusStats } from "../message_bus.ts";
import type { Reconnecting } from "./connection.ts";
import { BusInterruptedError } from "./errors.ts";
import { Inbox } from "./inbox.ts";
import type { JetStreamAccess } from "./js_access.ts";
import { NatsRequests } from "./nats_requests.ts";
import { NatsStreams } from "./nats_streams.ts";
import type { SubscriptionPort } from "./nats_subscription.ts";
import type { ResolvedNatsOptions } from "./options.ts";
import { OwnStream } from "./own_stream.ts";
import { PresenceHall } from "./presence_hall.ts";
import { Retained } from "./retained.ts";
import type { Uplink } from "./uplink.ts";

/** What a bus on NATS is made of. */
export interface NatsParts {
  readonly connection: NatsConnection;
  readonly reconnecting: Reconnecting;
  readonly uplink: Uplink;
  readonly deadlines: Deadlines;
  /** `undefined` if the servers have no JetStream for this client. */
  readonly jetStream: JetStreamAccess | undefined;
  readonly options: ResolvedNatsOptions;
}

/** A connection to NATS, and all that a bus has over it. */
export class NatsCore {
  readonly port: SubscriptionPort;
  readonly requests: NatsRequests;
  /** `undefined` without JetStream. */
  readonly hall: PresenceHall | undefined;
  /** `undefined` without JetStream. */
  readonly streams: NatsStreams | undefined;
  /** Messages that were published on this side. */
  published = 0;
  readonly #parts: NatsParts;
  readonly #outcome = new Outcome();
  #closing: Promise<void> | undefined;

  constructor(parts: NatsParts) {
    const { connection, uplink, jetStream, options } = parts;
    const { inboxPrefix, presenceMs } = options;
    const inbox = new Inbox(connection, inboxPrefix, false);
    const own = (name: string, root: string, maxAgeMs: number) =>
      jetStream &&
      new OwnStream(jetStream, uplink, connection, inboxPrefix, {
        name,
        root,
        maxAgeMs,
      });
    const values = own("TROUPE_RETAINED", "$TROUPE.RETAINED", Infinity);
    const people = own("TROUPE_PRESENCE", "$TROUPE.PRESENCE", presenceMs);
    this.#parts = parts;
    this.hall = people &&
      new PresenceHall(connection, people, uplink, presenceMs);
    this.streams = jetStream &&
      new NatsStreams(parts, jetStream);
    this.port = {
      connection,
      uplink,
      counters: new DeliveryCounters(),
      dispatcher: new Dispatcher(),
      inboxPrefix,
      retained: values && new Retained(values, uplink),
      open: new Set(),
    };
    this.requests = new NatsRequests(this.port, inbox, parts.deadlines);
    parts.reconnecting.onLost = () => this.#lost();
    void this.#watch();
    connection.closed().then((error) => this.#end(error ?? undefined));
  }

  /** Resolves when it has ended in order; rejects with why otherwise. */
  get closed(): Promise<void> {
    return this.#outcome.promise;
  }

  /** The counters of the bus. */
  get stats(): BusStats {
    const { counters, open } = this.port;
    return {
      published: this.published,
      delivered: counters.delivered,
      dropped: counters.allDropped,
      subscriptions: open.size,
    };
  }

  /** @throws {BusClosedError} if the bus is closed, or has ended. */
  checkOpen(): void {
    if (this.#closing !== undefined) throw busClosed();
    this.port.uplink.check();
  }

  /** Ends it in order. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** What the client of NATS reports of its connection. */
  async #watch(): Promise<void> {
    const { connection, reconnecting, uplink } = this.#parts;
    for await (const status of connection.status()) {
      switch (status.type) {
        case "disconnect":
          this.#lost();
          break;
        case "reconnecting":
          reconnecting.attempted();
          break;
        case "reconnect":
          reconnecting.connected();
          uplink.restored();
          this.hall?.restored();
          this.streams?.restored();
          break;
        case "error": {
          const { error } = status;
          if (
            error instanceof errors.PermissionViolationError &&
            error.operation === "publish"
          ) uplink.refused(error.subject, error);
        }
      }
    }
  }

  #lost(): void {
    const { uplink, jetStream } = this.#parts;
    uplink.lost();
    jetStream?.asks.lost(
      new BusInterruptedError(
        "Cannot say whether the server has done it: the connection was lost before it replied",
      ),
    );
    this.hall?.lost();
  }

  async #close(): Promise<void> {
    const { connection, uplink, options } = this.#parts;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, options.drainMs);
    const inTime = (done: Promise<unknown>): Promise<unknown> =>
      Promise.race([done.catch(() => {}), late.promise]);
    const open = [...this.port.open];
    await inTime(Promise.allSettled(open.map((one) => one.drain())));
    await inTime(this.streams?.close() ?? Promise.resolve());
    await inTime(this.hall?.close() ?? Promise.resolve());
    await inTime(uplink.isEnded ? Promise.resolve() : uplink.flush());
    clearTimeout(timer);
    this.#end();
    await connection.close();
  }

  /** It is over, in order or not. */
  #end(cause?: Error): void {
    const { uplink, deadlines } = this.#parts;
    const isInOrder = this.#closing !== undefined;
    const error = isInOrder ? busClosed() : new BusClosedError(
      "Cannot use the bus: its connection has ended for good",
      { cause },
    );
    for (const one of [...this.port.open]) {
      if (isInOrder) void one.unsubscribe();
      else one.fail(error);
    }
    this.port.open.clear();
    this.requests.end(error);
    this.hall?.end(error);
    this.streams?.end(error);
    uplink.end(error);
    deadlines.close();
    if (isInOrder) this.#outcome.settle();
    else this.#outcome.settle(error);
  }
}

function busClosed(): BusClosedError {
  return new BusClosedError("Cannot use the bus: it is closed");
}
