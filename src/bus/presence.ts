/**
 * Presence: who is there, for as long as the connection of those who say so
 * lives.
 *
 * @module
 */
import type { LeaseHolder } from "../actor/mod.ts";
import type { MsgpackValue } from "../codec/mod.ts";

/** Options of {@linkcode MessageBus.track}. */
export interface TrackOptions {
  /** Ends the entry when it does, such as an actor's context. */
  readonly holder?: LeaseHolder;
  /** Gives the attempt up; afterwards it ends the entry. */
  readonly signal?: AbortSignal;
}

/** An entry of somebody who is there, until it is disposed. */
export interface PresenceEntry extends AsyncDisposable {
  /** The key that it was made with. */
  readonly key: string;
  /** Replaces what is said about it, which is an update to those who look. */
  update(meta: MsgpackValue): Promise<void>;
}

/** Somebody who is there, by one of the entries of a key. */
export interface PresenceMember {
  /** The key, such as the name of a user. */
  readonly key: string;
  /** Tells the entries of a key apart. */
  readonly id: string;
  /** What was said about it, such as where the user is. */
  readonly meta: MsgpackValue;
}

/** What has changed about who is there. */
export interface PresenceChange {
  /** Entries that are new. */
  readonly joins: readonly PresenceMember[];
  /** Entries that have ended. */
  readonly leaves: readonly PresenceMember[];
  /** Entries about which something else is said now. */
  readonly updates: readonly PresenceMember[];
}

/**
 * Who is there, kept up to date. A loop over it yields the changes; the first
 * has all who are there as joins. Changes that nobody reads are merged, so a
 * slow reader misses no state.
 */
export interface Presence
  extends AsyncDisposable, AsyncIterable<PresenceChange> {
  /** Resolves when it knows who is there. */
  readonly ready: Promise<void>;
  /** Returns all who are there now, as far as this side knows. */
  members(): readonly PresenceMember[];
}
