/**
 * The sessions and keys that were used lately, in memory: to check one of them
 * takes no query. It is right because one process has the store, and everything
 * that ends a session or changes an account says so here.
 *
 * @module
 */

/** A session or key that the cache can hold. */
export interface CacheableSession {
  /** SHA-256 of its token. */
  readonly hash: string;
  /** Id of the session, or name of the key. */
  readonly id: string;
  /** Whom it is of, as `accountKey` has it. */
  readonly owner: string;
  /** Whether the cache has it no more, so that it has to be read again. */
  isStale: boolean;
}

/** Whose sessions end, or change: all of an account, or one of them. */
export interface Invalidation {
  /** The account, as `accountKey` has it. */
  readonly owner: string;
  /** The id of the one session that it is about. */
  readonly id?: string | undefined;
}

/** A look-up that is under way, while something may become invalid. */
export interface Lookup {
  /** What became invalid since it began. */
  readonly invalid: Invalidation[];
}

/** Most invalidations that a look-up remembers; with more, it is not kept. */
const MAX_INVALID = 64;

/** Returns the key of an account in caches and limits. */
export function accountKey(collection: string, id: string): string {
  return `${collection}/${id}`;
}

/** The sessions used last, and whom they are of. */
export class SessionCache<Session extends CacheableSession> {
  readonly #most: number;
  /** By the hash of the token, in the order of their last use. */
  readonly #sessions = new Map<string, Session>();
  readonly #byOwner = new Map<string, Set<Session>>();
  readonly #lookups = new Set<Lookup>();

  /** Starts empty, for at most so many sessions. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many sessions there are. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Returns the session of a token, which is then the one used last. */
  get(hash: string): Session | undefined {
    const session = this.#sessions.get(hash);
    if (session === undefined) return undefined;
    this.#sessions.delete(hash);
    this.#sessions.set(hash, session);
    return session;
  }

  /** Begins a look-up of a session that is not cached. */
  begin(): Lookup {
    const lookup: Lookup = { invalid: [] };
    this.#lookups.add(lookup);
    return lookup;
  }

  /** Ends a look-up; what it found is kept unless it became invalid meanwhile. */
  end(lookup: Lookup, session: Session | undefined): void {
    this.#lookups.delete(lookup);
    if (session === undefined) return;
    const isStale = lookup.invalid.length > MAX_INVALID ||
      lookup.invalid.some((one) => concerns(one, session));
    if (isStale) session.isStale = true;
    else this.#put(session);
  }

  /** Removes sessions, and keeps the look-ups under way from adding them. */
  invalidate(what: Invalidation): void {
    for (const { invalid } of this.#lookups) {
      if (invalid.length <= MAX_INVALID) invalid.push(what);
    }
    for (const session of [...this.#byOwner.get(what.owner) ?? []]) {
      if (concerns(what, session)) this.#remove(session);
    }
  }

  #put(session: Session): void {
    const known = this.#sessions.get(session.hash);
    if (known !== undefined) this.#remove(known);
    const [oldest] = this.#sessions.values();
    if (oldest !== undefined && this.#sessions.size >= this.#most) {
      this.#remove(oldest);
    }
    this.#sessions.set(session.hash, session);
    const siblings = this.#byOwner.get(session.owner);
    if (siblings === undefined) {
      this.#byOwner.set(session.owner, new Set([session]));
    } else siblings.add(session);
  }

  #remove(session: Session): void {
    session.isStale = true;
    this.#sessions.delete(session.hash);
    const siblings = this.#byOwner.get(session.owner);
    siblings?.delete(session);
    if (siblings?.size === 0) this.#byOwner.delete(session.owner);
  }
}

function concerns(
  { owner, id }: Invalidation,
  session: CacheableSession,
): boolean {
  return owner === session.owner && (id === undefined || id === session.id);
}
