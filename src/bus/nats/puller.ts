/**
 * Pulls messages of a consumer of JetStream: as many as were asked for, again
 * and again, whatever becomes of the connection meanwhile.
 *
 * @module
 */
import {
  createInbox,
  type Msg,
  nanos,
  type NatsConnection,
  type Subscription,
} from "@nats-io/transport-node";
import { ACK_PREFIX } from "./nats_message.ts";
import { statusOf } from "./message_headers.ts";
import type { Uplink } from "./uplink.ts";

/** For how long the server keeps a request that it cannot serve. */
const EXPIRES_MS = 30_000;
/** How often the server says that it still has a request. */
const HEARTBEAT_MS = 5000;
/** The time between a request that went wrong and the next. */
const RETRY_MS = 100;

/** What a puller needs to know. */
export interface PullerSettings {
  readonly connection: NatsConnection;
  readonly uplink: Uplink;
  readonly inboxPrefix: string;
  readonly stream: string;
  readonly consumer: string;
  /** Takes a message; it must not throw. */
  readonly onMessage: (message: Msg) => void;
  /** Something is wrong with the consumer: looks whether it is still there. */
  readonly onDoubt: () => void;
}

/** Requests to one consumer, one after the other. */
export class Puller {
  readonly #settings: PullerSettings;
  readonly #source: Subscription;
  readonly #inbox: string;
  /** Messages that were asked for, and have not come. */
  #owed = 0;
  /** Messages that are wanted when the request that is under way is over. */
  #wanted = 0;
  #isOpen = true;
  #askedAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(settings: PullerSettings) {
    this.#settings = settings;
    this.#inbox = createInbox(settings.inboxPrefix);
    this.#source = settings.connection.subscribe(this.#inbox, {
      callback: (error, message) => {
        if (error === null) this.#take(message);
        else settings.onDoubt();
      },
    });
  }

  /** Asks for messages, unless some that were asked for have not come. */
  pull(messages: number): void {
    if (!this.#isOpen) return;
    this.#wanted = messages;
    if (this.#owed === 0 && this.#settings.uplink.isUp) this.#ask();
  }

  /** There is a connection again; what was asked for is forgotten. */
  restored(): void {
    if (!this.#isOpen || (this.#owed === 0 && this.#wanted === 0)) return;
    this.#wanted = Math.max(this.#wanted, 1);
    this.#owed = 0;
    this.#ask();
  }

  /** Nothing more comes; resolves when the server knows. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearTimeout(this.#timer);
    if (!this.#source.isClosed()) await this.#source.drain();
  }

  #ask(): void {
    const { uplink, stream, consumer } = this.#settings;
    this.#askedAt = performance.now();
    this.#owed = this.#wanted;
    this.#wanted = 0;
    const request = {
      batch: this.#owed,
      expires: nanos(EXPIRES_MS),
      idle_heartbeat: nanos(HEARTBEAT_MS),
    };
    this.#listen();
    try {
      uplink.send(
        `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
        new TextEncoder().encode(JSON.stringify(request)),
        { reply: this.#inbox },
      ).catch(() => {});
    } catch (_error) {
      // The bus has ended, and this with it.
    }
  }

  /** Asks again if nothing is heard for too long. */
  #listen(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.#settings.uplink.isUp) return;
      this.#settings.onDoubt();
      this.#again();
    }, 3 * HEARTBEAT_MS);
  }

  #again(): void {
    this.#wanted = Math.max(this.#wanted, this.#owed, 1);
    this.#owed = 0;
    if (this.#isOpen && this.#settings.uplink.isUp) this.#ask();
  }

  #take(message: Msg): void {
    const code = statusOf(message);
    if (message.reply?.startsWith(ACK_PREFIX) === true) {
      this.#owed = Math.max(0, this.#owed - 1);
      if (this.#owed > 0) this.#listen();
      else clearTimeout(this.#timer);
      this.#settings.onMessage(message);
      if (this.#owed === 0 && this.#wanted > 0) this.pull(this.#wanted);
      return;
    }
    // What is neither was sent by whoever knows the subject.
    if (!this.#isOpen || code === 0) return;
    if (code === 100) return this.#listen();
    // The request is over: its time, its consumer or its server. One that is
    // over at once says so on somebody else's behalf, who may not stop.
    const isOver = code === 404 || code === 408;
    const hasLasted = performance.now() - this.#askedAt > RETRY_MS;
    if (isOver && hasLasted) return this.#again();
    if (!isOver) this.#settings.onDoubt();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#again(), RETRY_MS);
  }
}
