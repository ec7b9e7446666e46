/**
 * The last changes, for those who come back soon: they cost no read, and
 * nothing is found out twice.
 *
 * @module
 */
import type { Row } from "../engine/engine.ts";
import type { LoggedChange } from "./logged_change.ts";

/** Changes that are kept at most. */
const MAX_CHANGES = 1000;

/** Characters and bytes of their rows that are kept at most. */
const MAX_SIZE = 8_388_608;

/** Looks at them whose outcomes are kept at most. */
const MAX_LOOKS = 50_000;

/** The last changes, without a gap. */
export class RecentChanges {
  #changes: { readonly logged: LoggedChange; readonly size: number }[] = [];
  #size = 0;
  /** All changes after it are here. */
  #floor: number;

  /** Begins behind a change. */
  constructor(floor: number) {
    this.#floor = floor;
  }

  /** Adds the next change. */
  add(logged: LoggedChange): void {
    const { record, before } = logged.change;
    const size = sizeOf(record) + sizeOf(before);
    this.#changes.push({ logged, size });
    this.#size += size;
    while (this.#changes.length > MAX_CHANGES || this.#size > MAX_SIZE) {
      this.#dropOldest();
    }
  }

  /** Forgets outcomes of the oldest changes, if there are too many. */
  trim(): void {
    let looks = 0;
    for (const { logged } of this.#changes.toReversed()) {
      looks += logged.looks;
      if (looks > MAX_LOOKS) logged.forget();
    }
  }

  /** Forgets all, and begins behind a change. */
  reset(floor: number): void {
    this.#changes = [];
    this.#size = 0;
    this.#floor = floor;
  }

  /** Returns all changes after one, or `undefined` if some are not here. */
  after(cursor: number): LoggedChange[] | undefined {
    if (cursor < this.#floor) return undefined;
    const changes: LoggedChange[] = [];
    for (let i = this.#changes.length - 1; i >= 0; i--) {
      const logged = this.#changes[i]?.logged;
      if (logged === undefined || logged.cursor <= cursor) break;
      changes.push(logged);
    }
    return changes.reverse();
  }

  #dropOldest(): void {
    const oldest = this.#changes.shift();
    if (oldest === undefined) return;
    this.#size -= oldest.size;
    this.#floor = oldest.logged.cursor;
  }
}

function sizeOf(row: Row | null): number {
  let size = 0;
  for (const value of Object.values(row ?? {})) {
    size += typeof value === "string" || value instanceof Uint8Array
      ? value.length
      : 8;
  }
  return size;
}
