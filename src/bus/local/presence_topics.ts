/**
 * Who is there, by topic.
 *
 * @module
 */
import { TroupeError } from "../../actor/mod.ts";
import { msgpack, type MsgpackValue } from "../../codec/mod.ts";
import { DONE } from "../delivery/delivered.ts";
import { BusLimitError } from "../errors.ts";
import type { PresenceEntry, PresenceMember } from "../presence.ts";
import { type PresenceEvent, PresenceView } from "../presence_view.ts";
import { untilAborted } from "../until_aborted.ts";

/** What may be said about an entry: all who look have it, over connections too. */
const META = msgpack({ maxBytes: 65_536 });

/** One topic that somebody is in, or looks at. */
interface Topic {
  readonly members: Map<string, PresenceMember>;
  readonly views: Set<PresenceView>;
}

/** The topics of a bus, and the entries of all of them. */
export class PresenceTopics {
  readonly #maxEntries: number;
  readonly #topics = new Map<string, Topic>();
  #entries = 0;
  #lastId = 0;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  /** Entries of all topics. */
  get entries(): number {
    return this.#entries;
  }

  /**
   * Adds an entry, until it is disposed or one of the signals aborts.
   *
   * @throws {BusLimitError} if there are too many.
   * @throws {CodecError} if `meta` cannot be encoded, or is too large.
   */
  track(
    topic: string,
    key: string,
    meta: MsgpackValue,
    signals: readonly AbortSignal[],
  ): PresenceEntry {
    if (this.#entries >= this.#maxEntries) {
      throw new BusLimitError(
        `Cannot track ${key}: there are ${this.#entries} entries, which is all that may be, end some or raise maxTracked`,
      );
    }
    META.encode(meta);
    const id = (++this.#lastId).toString(36);
    const change = (event: PresenceEvent, meta: MsgpackValue): void =>
      this.#change(topic, event, { key, id, meta });
    let last = meta;
    let isThere = true;
    this.#entries++;
    change("join", meta);
    const leave = (): void => {
      if (!isThere) return;
      isThere = false;
      stopFollowing();
      this.#entries--;
      change("leave", last);
    };
    const stopFollowing = untilAborted(signals, leave);
    return {
      key,
      async update(meta) {
        if (!isThere) {
          throw new TroupeError(
            `Cannot update the entry of ${key}: it has ended, track it again`,
          );
        }
        META.encode(meta);
        last = meta;
        change("update", meta);
        await DONE;
      },
      [Symbol.asyncDispose]: () => Promise.resolve(leave()),
    };
  }

  /** Returns who is in a topic, kept up to date. */
  view(name: string, signals: readonly AbortSignal[]): PresenceView {
    const { members, views } = this.#topic(name);
    const view = new PresenceView(members, () => {
      stopFollowing();
      views.delete(view);
      this.#forgetIfEmpty(name);
    });
    views.add(view);
    view.confirm();
    const stopFollowing = untilAborted(
      signals,
      () => void view[Symbol.asyncDispose](),
    );
    return view;
  }

  /** Ends all views of presence, as the bus is closed. */
  close(error: unknown): void {
    for (const { views } of this.#topics.values()) {
      for (const view of views) view.end(error);
    }
    this.#topics.clear();
  }

  #change(name: string, event: PresenceEvent, member: PresenceMember): void {
    const { members, views } = this.#topic(name);
    if (event === "leave") members.delete(member.id);
    else members.set(member.id, member);
    for (const view of views) view.changed(event, member);
    if (event === "leave") this.#forgetIfEmpty(name);
  }

  #topic(name: string): Topic {
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      topic = { members: new Map(), views: new Set() };
      this.#topics.set(name, topic);
    }
    return topic;
  }

  #forgetIfEmpty(name: string): void {
    const topic = this.#topics.get(name);
    if (topic?.members.size === 0 && topic.views.size === 0) {
      this.#topics.delete(name);
    }
  }
}
