/**
 * Changes of who is there that were not read yet, merged.
 *
 * @module
 */
import type { PresenceChange, PresenceMember } from "./presence.ts";

/** Members by the id of their entry. */
type Members = Map<string, PresenceMember>;

/** What has changed since the last read: each entry once. */
export class PresenceChanges {
  #joins: Members = new Map();
  #leaves: Members = new Map();
  #updates: Members = new Map();

  /** Whether there is nothing to read. */
  get isEmpty(): boolean {
    return this.#joins.size + this.#leaves.size + this.#updates.size === 0;
  }

  /** An entry is new. */
  join(member: PresenceMember): void {
    this.#joins.set(member.id, member);
  }

  /** Something else is said about an entry. */
  update(member: PresenceMember): void {
    // Whoever has not read that it is there reads that with the newest.
    const changes = this.#joins.has(member.id) ? this.#joins : this.#updates;
    changes.set(member.id, member);
  }

  /** An entry has ended; of one that nobody read of, nobody needs to. */
  leave(member: PresenceMember): void {
    this.#updates.delete(member.id);
    if (!this.#joins.delete(member.id)) this.#leaves.set(member.id, member);
  }

  /** Returns all of it, and begins anew. */
  take(): PresenceChange {
    const change = {
      joins: [...this.#joins.values()],
      leaves: [...this.#leaves.values()],
      updates: [...this.#updates.values()],
    };
    this.#joins = new Map();
    this.#leaves = new Map();
    this.#updates = new Map();
    return change;
  }
}
