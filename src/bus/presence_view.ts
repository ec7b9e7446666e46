/**
 * What somebody who looks at who is there holds.
 *
 * @module
 */
import { Outcome } from "./delivery/outcome.ts";
import { type Reader, readerLoop, readIsPending } from "./delivery/reader.ts";
import type { Presence, PresenceChange, PresenceMember } from "./presence.ts";
import { PresenceChanges } from "./presence_changes.ts";

/** A change of one entry. */
export type PresenceEvent = "join" | "leave" | "update";

/** One loop over the changes. */
interface Loop {
  /** `undefined` until it has read who is there. */
  changes: PresenceChanges | undefined;
  reader: Reader<PresenceChange> | undefined;
}

/**
 * Who is there, of one topic; an engine keeps the members, and calls `confirm`,
 * `changed` and `end`.
 */
export class PresenceView implements Presence {
  readonly #members: ReadonlyMap<string, PresenceMember>;
  readonly #onEnd: (view: PresenceView) => void;
  readonly #known = new Outcome();
  readonly #loops = new Set<Loop>();
  #isKnown = false;
  #ended: readonly [] | readonly [unknown] | undefined;

  /** Creates a view of `members`, by the id of their entry. */
  constructor(
    members: ReadonlyMap<string, PresenceMember>,
    onEnd: (view: PresenceView) => void,
  ) {
    this.#members = members;
    this.#onEnd = onEnd;
  }

  get ready(): Promise<void> {
    return this.#known.promise;
  }

  members(): readonly PresenceMember[] {
    return [...this.#members.values()];
  }

  /** It is known who is there. */
  confirm(): void {
    this.#isKnown = true;
    this.#known.settle();
    for (const loop of this.#loops) this.#serve(loop);
  }

  /** An entry has changed, and `members` has what it is now. */
  changed(event: PresenceEvent, member: PresenceMember): void {
    for (const loop of this.#loops) {
      loop.changes?.[event](member);
      this.#serve(loop);
    }
  }

  /** Nothing changes any more; with an error if it was not the user's wish. */
  end(...errors: [] | [unknown]): void {
    if (this.#ended !== undefined) return;
    this.#ended = errors;
    this.#known.settle(...errors);
    for (const loop of this.#loops) this.#serve(loop);
  }

  [Symbol.asyncIterator](): AsyncIterator<PresenceChange, void, void> {
    const loop: Loop = { changes: undefined, reader: undefined };
    return readerLoop<PresenceChange>(
      (reader) => {
        if (loop.reader !== undefined) return reader.reject(readIsPending());
        loop.reader = reader;
        this.#loops.add(loop);
        this.#serve(loop);
      },
      () => {
        this.#loops.delete(loop);
        return this[Symbol.asyncDispose]();
      },
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended === undefined) {
      this.end();
      this.#onEnd(this);
    }
    return Promise.resolve();
  }

  #serve(loop: Loop): void {
    const { reader, changes } = loop;
    if (reader === undefined) return;
    if (this.#ended !== undefined) {
      loop.reader = undefined;
      if (this.#ended.length === 0) reader.resolve(undefined);
      else reader.reject(this.#ended[0]);
    } else if (changes === undefined) {
      if (!this.#isKnown) return;
      loop.reader = undefined;
      loop.changes = new PresenceChanges();
      reader.resolve({ joins: this.members(), leaves: [], updates: [] });
    } else if (!changes.isEmpty) {
      loop.reader = undefined;
      reader.resolve(changes.take());
    }
  }
}
