/**
 * Who is there, of one topic, as records and signs of life come in.
 *
 * @module
 */
import type { PresenceMember } from "../presence.ts";
import { PresenceView } from "../presence_view.ts";
import type { PresenceRecord } from "./presence_records.ts";

/** Entries of one topic; of more, those that come later are not there. */
const MAX_MEMBERS = 100_000;

/** What is known of an entry. */
interface Known {
  version: number;
  heardAt: number;
}

/** The members of one topic, and the views of it. */
export class PresenceRoom {
  readonly #members = new Map<string, PresenceMember>();
  readonly #known = new Map<string, Known>();
  /** What came before it was read who is there. */
  #early: Map<string, PresenceRecord> | undefined = new Map();
  readonly view: PresenceView;

  constructor(onEnd: () => void) {
    this.view = new PresenceView(this.#members, onEnd);
  }

  /** Takes a record that has come live. */
  heard(id: string, record: PresenceRecord, now: number): void {
    if (this.#early === undefined) this.#apply(id, record, now);
    else if (this.#early.size < MAX_MEMBERS || this.#early.has(id)) {
      // The last one says all, in the place of the last.
      this.#early.delete(id);
      this.#early.set(id, record);
    }
  }

  /** Takes all records that are kept, and then what has come meanwhile. */
  begin(
    kept: Iterable<readonly [id: string, record: PresenceRecord]>,
    now: number,
  ): void {
    const early = this.#early ?? new Map<string, PresenceRecord>();
    this.#early = undefined;
    for (const [id, record] of kept) this.#apply(id, record, now);
    for (const [id, record] of early) this.#apply(id, record, now);
    this.view.confirm();
  }

  /** What comes waits again until `begin` is called; nobody is forgotten. */
  interrupted(): void {
    this.#early ??= new Map();
  }

  /** Those of whom nothing was heard since then have left. */
  expire(before: number): void {
    // While nothing can be heard, nobody is silent.
    if (this.#early !== undefined) return;
    for (const [id, { heardAt }] of this.#known) {
      if (heardAt < before) this.#remove(id);
    }
  }

  /** Everybody was heard of just now. */
  refresh(now: number): void {
    for (const known of this.#known.values()) known.heardAt = now;
  }

  #apply(id: string, record: PresenceRecord, now: number): void {
    const { key, meta, version, isGone } = record;
    const known = this.#known.get(id);
    if (isGone) return this.#remove(id);
    const member: PresenceMember = { key, id, meta };
    if (known === undefined) {
      if (this.#members.size >= MAX_MEMBERS) return;
      this.#known.set(id, { version, heardAt: now });
      this.#members.set(id, member);
      this.view.changed("join", member);
      return;
    }
    known.heardAt = now;
    if (version <= known.version) return;
    known.version = version;
    this.#members.set(id, member);
    this.view.changed("update", member);
  }

  #remove(id: string): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    this.#known.delete(id);
    this.#members.delete(id);
    this.view.changed("leave", member);
  }
}
