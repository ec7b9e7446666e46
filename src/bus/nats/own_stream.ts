/**
 * A stream of the bus itself, with one message for each subject: what subjects
 * have retained, and who is there.
 *
 * @module
 */
import {
  AckPolicy,
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from "@nats-io/jetstream";
import {
  createInbox,
  type Msg,
  type MsgHdrs,
  nanos,
  type NatsConnection,
} from "@nats-io/transport-node";
import {
  BusClosedError,
  BusTimeoutError,
  StreamConfigError,
  StreamNotFoundError,
} from "../errors.ts";
import { BusInterruptedError } from "./errors.ts";
import { CODES } from "./js_errors.ts";
import { hasCode, type JetStreamAccess } from "./js_access.ts";
import { statusOf } from "./message_headers.ts";
import type { Uplink } from "./uplink.ts";

/** What the names of the bus's own streams begin with. */
export const OWN_STREAMS = "TROUPE_";
/** For how long the server keeps a reader that was left. */
const READER_MS = 10_000;
/** The time between two attempts to read. */
const RETRY_MS = 100;
const NOTHING = new Uint8Array();

/** What an own stream is like. */
export interface OwnStreamSettings {
  /** The name of the stream. */
  readonly name: string;
  /** What its subjects begin with. */
  readonly root: string;
  /** Milliseconds for which it keeps a message, or `Infinity`. */
  readonly maxAgeMs: number;
}

/** A stream with the last message of each subject. */
export class OwnStream {
  readonly #access: JetStreamAccess;
  readonly #uplink: Uplink;
  readonly #connection: NatsConnection;
  readonly #inboxPrefix: string;
  readonly #settings: OwnStreamSettings;
  #made: Promise<void> | undefined;
  /** Whether it was there when somebody looked. */
  #isThere = false;

  constructor(
    access: JetStreamAccess,
    uplink: Uplink,
    connection: NatsConnection,
    inboxPrefix: string,
    settings: OwnStreamSettings,
  ) {
    this.#access = access;
    this.#uplink = uplink;
    this.#connection = connection;
    this.#inboxPrefix = inboxPrefix;
    this.#settings = settings;
  }

  /** The subject of an entry. */
  subjectOf(entry: string): string {
    return `${this.#settings.root}.V.${entry}`;
  }

  /** The entry that a subject is of. */
  entryOf(subject: string): string {
    return subject.slice(this.#settings.root.length + 3);
  }

  /**
   * Keeps a message, in order with all that is sent. The stream is made first
   * if there is none, and what is sent meanwhile waits.
   */
  async keep(
    entry: string,
    bytes: Uint8Array,
    headers?: MsgHdrs,
  ): Promise<void> {
    if (this.#made === undefined) {
      this.#made = this.#make();
      this.#made.catch(() => this.#made = undefined);
      void this.#uplink.holdFor(this.#made).catch(() => {});
    }
    const kept = this.#access.keepIn(
      this.#settings.name,
      `keep ${entry}`,
      this.subjectOf(entry),
      bytes,
      headers,
    );
    kept.catch(() => {});
    await this.#made;
    try {
      await kept;
    } catch (error) {
      // Somebody may have deleted it.
      this.#made = undefined;
      throw error;
    }
  }

  /** Forgets an entry. */
  async forget(entry: string): Promise<void> {
    try {
      await this.#access.api(
        `forget ${entry}`,
        (manager) =>
          manager.streams.purge(this.#settings.name, {
            filter: this.subjectOf(entry),
          }),
      );
    } catch (error) {
      if (!(error instanceof StreamNotFoundError)) throw error;
    }
  }

  /**
   * Returns the messages of all entries that match a pattern. Whatever any
   * client had published before the call is among them: the fence is kept
   * after it. It begins again when the connection is lost, and while a server
   * that has just started does not have its streams.
   */
  async read(pattern: string): Promise<readonly Msg[]> {
    for (;;) {
      try {
        return await this.#readOnce(pattern);
      } catch (error) {
        const isPassing = error instanceof BusInterruptedError ||
          (this.#uplink.isFresh && !(error instanceof BusClosedError));
        if (!isPassing) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        await this.#uplink.whenUp();
      }
    }
  }

  async #readOnce(pattern: string): Promise<readonly Msg[]> {
    const { name, root } = this.#settings;
    // Nobody has kept anything yet.
    if (!this.#isThere && !await this.#look()) return [];
    try {
      await this.#access.keepIn(name, `read ${name}`, `${root}.F`, NOTHING);
    } catch (error) {
      this.#isThere = false;
      if (error instanceof StreamNotFoundError) return [];
      throw error;
    }
    const reader = await this.#access.api(
      `read ${name}`,
      (manager) =>
        manager.consumers.add(name, {
          ack_policy: AckPolicy.None,
          filter_subject: this.subjectOf(pattern),
          inactive_threshold: nanos(READER_MS),
          mem_storage: true,
        }),
    );
    const found = await this.#pull(reader.name, reader.num_pending);
    void this.#access.api(
      `read ${name}`,
      (manager) => manager.consumers.delete(name, reader.name),
    ).catch(() => {});
    return found;
  }

  /**
   * Returns whether there is one. The publish of a message does not show it:
   * for a subscription to all subjects, whoever publishes waits for a reply.
   */
  async #look(): Promise<boolean> {
    const { name } = this.#settings;
    try {
      await this.#access.api(
        `look at ${name}`,
        ({ streams }) => streams.info(name),
      );
      this.#isThere = true;
    } catch (error) {
      if (!(error instanceof StreamNotFoundError)) throw error;
    }
    return this.#isThere;
  }

  /** Reads so many messages, or as many as there still are. */
  async #pull(reader: string, batch: number): Promise<readonly Msg[]> {
    const found: Msg[] = [];
    if (batch === 0) return found;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(
      () =>
        reject(
          new BusTimeoutError(
            `Cannot read ${this.#settings.name}: the server has not sent it all in time`,
          ),
        ),
      READER_MS,
    );
    const inbox = createInbox(this.#inboxPrefix);
    // What comes has the subject that it was kept with, and not this one.
    const source = this.#connection.subscribe(inbox, {
      callback: (error, message) => {
        if (error !== null) return reject(error);
        if (statusOf(message) !== 0) return resolve();
        if (found.push(message) === batch) resolve();
      },
    });
    try {
      await this.#uplink.send(
        `$JS.API.CONSUMER.MSG.NEXT.${this.#settings.name}.${reader}`,
        new TextEncoder().encode(
          JSON.stringify({ batch, expires: nanos(READER_MS) }),
        ),
        { reply: inbox },
      );
      await promise;
      return found;
    } finally {
      clearTimeout(timer);
      source.unsubscribe();
    }
  }

  async #make(): Promise<void> {
    const { name, root, maxAgeMs } = this.#settings;
    const config: Partial<StreamConfig> & { readonly name: string } = {
      name,
      subjects: [`${root}.>`],
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      discard: DiscardPolicy.Old,
      max_msgs_per_subject: 1,
      max_age: maxAgeMs === Infinity ? 0 : nanos(maxAgeMs),
      duplicate_window: nanos(Math.min(maxAgeMs, 120_000)),
    };
    const there = await this.#access.api<StreamInfo>(
      `make ${name}`,
      async ({ streams }) => {
        try {
          return await streams.add(config);
        } catch (error) {
          if (!hasCode(error, CODES.streamNameInUse)) throw error;
          return await streams.info(name);
        }
      },
    );
    if (there.config.max_age !== config.max_age) {
      throw new StreamConfigError(
        `Cannot use presenceMs: it is ${maxAgeMs}, others on these servers use ${
          there.config.max_age / 1e6
        }, all must use the same`,
      );
    }
  }
}
