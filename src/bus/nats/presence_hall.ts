/**
 * Presence on NATS, which knows nothing of it: each entry is a message of a
 * stream that keeps it for `presenceMs`, sent again long before that as a sign
 * of life. Who looks hears the same messages live, and knows by itself when one
 * has been silent for too long.
 *
 * @module
 */
import { type NatsConnection, nuid } from "@nats-io/transport-node";
import { TroupeError } from "../../actor/mod.ts";
import type { MsgpackValue } from "../../codec/mod.ts";
import { untilAborted } from "../until_aborted.ts";
import type { Presence, PresenceEntry } from "../presence.ts";
import type { OwnStream } from "./own_stream.ts";
import {
  decodeRecord,
  encodeRecord,
  type PresenceRecord,
  topicToken,
} from "./presence_records.ts";
import { PresenceRoom } from "./presence_room.ts";
import type { Uplink } from "./uplink.ts";

/** Signs of life within the time after which one has left. */
const SIGNS = 4;

/** An entry of this bus. */
interface Tracked {
  readonly entry: string;
  record: PresenceRecord;
}

/** All of presence that this bus has a part in. */
export class PresenceHall {
  readonly #connection: NatsConnection;
  readonly #stream: OwnStream;
  readonly #uplink: Uplink;
  readonly #presenceMs: number;
  readonly #tracked = new Set<Tracked>();
  readonly #rooms = new Map<PresenceRoom, () => void>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    connection: NatsConnection,
    stream: OwnStream,
    uplink: Uplink,
    presenceMs: number,
  ) {
    this.#connection = connection;
    this.#stream = stream;
    this.#uplink = uplink;
    this.#presenceMs = presenceMs;
  }

  /** Says that somebody is there; resolves when the server knows. */
  async track(
    topic: string,
    key: string,
    meta: MsgpackValue,
    signals: readonly AbortSignal[],
  ): Promise<PresenceEntry> {
    const tracked: Tracked = {
      entry: `${topicToken(topic)}.${nuid.next()}`,
      record: { key, meta, version: 1, isGone: false },
    };
    this.#tracked.add(tracked);
    this.#tick();
    try {
      await this.#say(tracked);
    } catch (error) {
      this.#forget(tracked);
      throw error;
    }
    const leave = async (): Promise<void> => {
      stopFollowing();
      if (!this.#tracked.has(tracked)) return;
      this.#forget(tracked);
      await this.#leave(tracked);
    };
    const stopFollowing = untilAborted(
      signals,
      // Without a connection, its silence says the same.
      () => void leave().catch(() => {}),
    );
    return {
      key,
      update: async (meta) => {
        if (!this.#tracked.has(tracked)) {
          throw new TroupeError(
            `Cannot update the entry of ${key}: it has ended, track it again`,
          );
        }
        const { version } = tracked.record;
        tracked.record = { key, meta, version: version + 1, isGone: false };
        await this.#say(tracked);
      },
      [Symbol.asyncDispose]: leave,
    };
  }

  /** Returns who is there. */
  presence(topic: string, signals: readonly AbortSignal[]): Presence {
    const pattern = `${topicToken(topic)}.*`;
    const room: PresenceRoom = new PresenceRoom(() => {
      stopFollowing();
      subscription.unsubscribe();
      this.#rooms.delete(room);
      this.#rest();
    });
    const subscription = this.#connection.subscribe(
      this.#stream.subjectOf(pattern),
      {
        callback: (error, message) => {
          if (error !== null) return room.view.end(error);
          const record = decodeRecord(message.data);
          if (record === undefined) return;
          room.heard(idOf(message.subject), record, performance.now());
        },
      },
    );
    const begin = async (): Promise<void> => {
      try {
        const kept = await this.#stream.read(pattern);
        const records = kept.flatMap(({ subject, data }) => {
          const record = decodeRecord(data);
          return record === undefined ? [] : [[idOf(subject), record] as const];
        });
        room.begin(records, performance.now());
      } catch (error) {
        room.view.end(error);
      }
    };
    const stopFollowing = untilAborted(
      signals,
      () => void room.view[Symbol.asyncDispose](),
    );
    this.#rooms.set(room, () => void begin());
    this.#tick();
    void begin();
    return room.view;
  }

  /** The connection is lost: nobody is heard of until there is another. */
  lost(): void {
    for (const room of this.#rooms.keys()) room.interrupted();
  }

  /** There is a connection again. */
  restored(): void {
    for (const tracked of this.#tracked) this.#sign(tracked);
    for (const [room, begin] of this.#rooms) {
      room.refresh(performance.now());
      begin();
    }
  }

  /** All entries of this bus leave. */
  async close(): Promise<void> {
    const leaving = [...this.#tracked];
    this.#tracked.clear();
    await Promise.allSettled(leaving.map((tracked) => this.#leave(tracked)));
  }

  /** Nothing is heard any more. */
  end(error: unknown): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#tracked.clear();
    for (const room of this.#rooms.keys()) room.view.end(error);
    this.#rooms.clear();
  }

  #say({ entry, record }: Tracked): Promise<void> {
    return this.#stream.keep(entry, encodeRecord(record));
  }

  async #leave({ entry, record }: Tracked): Promise<void> {
    const gone = { ...record, version: record.version + 1, isGone: true };
    await this.#stream.keep(entry, encodeRecord(gone));
  }

  #sign(tracked: Tracked): void {
    // One that is lost is made up for by the next.
    this.#say(tracked).catch(() => {});
  }

  #forget(tracked: Tracked): void {
    this.#tracked.delete(tracked);
    this.#rest();
  }

  #tick(): void {
    if (this.#timer !== undefined) return;
    const everyMs = this.#presenceMs / SIGNS;
    let last = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      // Who slept has not heard what was said, and blames nobody.
      const hasSlept = now - last > 2 * everyMs;
      last = now;
      if (!this.#uplink.isUp) return;
      for (const tracked of this.#tracked) this.#sign(tracked);
      for (const room of this.#rooms.keys()) {
        if (hasSlept) room.refresh(now);
        else room.expire(now - this.#presenceMs);
      }
    }, everyMs);
  }

  #rest(): void {
    if (this.#tracked.size + this.#rooms.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function idOf(subject: string): string {
  return subject.slice(subject.lastIndexOf(".") + 1);
}
