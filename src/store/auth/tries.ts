/**
 * How often an account, or an address, has tried in the last while.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";

/** How many tries are allowed in which time. */
export interface TriesLimit {
  /** Most tries of one key in any window of time. */
  readonly most: number;
  /** Length of the window in milliseconds. */
  readonly windowMs: number;
  /** Most keys that are counted one by one. */
  readonly maxKeys: number;
}

/** A try that was counted, or refused. */
export interface Try {
  /** Who has tried. */
  readonly key: string;
  /** When that was, in milliseconds of the clock. */
  readonly at: number;
  /** Milliseconds until the next try is allowed; 0 if this one is. */
  readonly waitMs: number;
}

/** Counters for the keys that find no place of their own. */
const SHARED = 1024;

/**
 * Counts tries in a sliding window, exactly for the first `maxKeys` keys. Those
 * that come when there is no room share counters, so a key may then be refused
 * before it has tried too often, and is never allowed more: no number of
 * strangers makes this forget what one of them has done.
 */
export class Tries {
  readonly #limit: TriesLimit;
  readonly #clock: Clock;
  /** The times of the tries of a key, by the last of them. */
  readonly #own = new Map<string, number[]>();
  readonly #shared = new Map<number, number[]>();
  /** Nobody can choose keys that share a counter. */
  readonly #seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

  /** Starts without tries. */
  constructor(limit: TriesLimit, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** How many counters there are; it is never more than `maxKeys` + 1024. */
  get counters(): number {
    return this.#own.size + this.#shared.size;
  }

  /**
   * Counts a try, unless there were too many: then `waitMs` is not 0, but the
   * milliseconds until the next one is allowed.
   */
  take(key: string): Try {
    const now = this.#clock.now();
    this.#forget(now);
    const times = this.#timesOf(key, now);
    const [first = now] = times;
    if (times.length >= this.#limit.most) {
      return { key, at: now, waitMs: first + this.#limit.windowMs - now };
    }
    times.push(now);
    if (this.#own.delete(key)) this.#own.set(key, times);
    return { key, at: now, waitMs: 0 };
  }

  /** Takes a try back, such as that of a login with the right password. */
  giveBack({ key, at, waitMs }: Try): void {
    if (waitMs > 0) return;
    const times = this.#own.get(key) ?? this.#shared.get(this.#place(key)) ??
      [];
    const index = times.lastIndexOf(at);
    if (index !== -1) times.splice(index, 1);
    if (times.length === 0) this.#own.delete(key);
  }

  /** Returns the tries of a key that are in the window. */
  #timesOf(key: string, now: number): number[] {
    const own = this.#own.get(key);
    if (own !== undefined) return this.#prune(own, now);
    const place = this.#place(key);
    const shared = this.#prune(this.#shared.get(place) ?? [], now);
    // What is counted there may be this key's.
    if (shared.length > 0) return shared;
    if (this.#own.size < this.#limit.maxKeys) {
      this.#shared.delete(place);
      const times: number[] = [];
      this.#own.set(key, times);
      return times;
    }
    this.#shared.set(place, shared);
    return shared;
  }

  #prune(times: number[], now: number): number[] {
    const old = times.findIndex((time) => time + this.#limit.windowMs > now);
    times.splice(0, old === -1 ? times.length : old);
    return times;
  }

  /** Forgets the keys whose tries are all older than the window. */
  #forget(now: number): void {
    for (const [key, times] of this.#own) {
      const last = times.at(-1) ?? -Infinity;
      if (last + this.#limit.windowMs > now) return;
      this.#own.delete(key);
    }
  }

  #place(key: string): number {
    // FNV-1a, from a start that nobody knows.
    let hash = this.#seed;
    for (let i = 0; i < key.length; i++) {
      hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
    }
    return (hash ^ hash >>> 15) & (SHARED - 1);
  }
}
