/**
 * When sessions and keys were last used, stored now and then: a check never
 * waits for a write.
 *
 * @module
 */
import type { Clock, Timer } from "../../actor/mod.ts";
import type { Engine, Statement } from "../engine/engine.ts";
import type { CachedLogin } from "./sessions.ts";
import { run } from "./statement.ts";

/** A use is stored if the one that is stored is older than this. */
const COARSE_MS = 5 * 60 * 1000;
/** How long a use waits for others, to be stored with them. */
const GATHER_MS = 10_000;
/** As many are stored at once. */
const AT_ONCE = 500;

/** Uses that are to be stored. */
export class UseLog {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #unsaved = new Map<string, CachedLogin>();
  #timer: Timer | undefined;
  #isClosed = false;

  /** Starts with nothing to store. */
  constructor(engine: Engine, clock: Clock) {
    this.#engine = engine;
    this.#clock = clock;
  }

  /** Notes that a session or key was used; it is stored if that is new. */
  note(cached: CachedLogin): void {
    // A clock that was set back is stored too.
    const since = Math.abs(cached.usedAt - cached.savedAt);
    // A session of minutes must not end because its last use was not stored.
    if (since < Math.min(COARSE_MS, cached.idleMs / 10)) return;
    this.#unsaved.set(cached.hash, cached);
    if (this.#unsaved.size >= AT_ONCE) void this.flush();
    else this.#timer ??= this.#schedule();
  }

  /** Stores what was noted; resolves when that is done or has failed. */
  async flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const all = [...this.#unsaved.values()];
    this.#unsaved.clear();
    if (all.length === 0 || this.#isClosed) return;
    for (const cached of all) cached.savedAt = cached.usedAt;
    try {
      await this.#engine.write({
        steps: all.map((one) => ({ kind: "run", statement: useOf(one) })),
      });
    } catch {
      // The next use is stored: what is lost is some of an idle time.
      for (const cached of all) cached.savedAt = 0;
    }
  }

  /** Stores what was noted, and nothing from now on. */
  async close(): Promise<void> {
    await this.flush();
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #schedule(): Timer {
    const timer = this.#clock.schedule(GATHER_MS, () => void this.flush());
    timer.unref();
    return timer;
  }
}

function useOf({ login, hash, usedAt }: CachedLogin): Statement {
  return login.kind === "key"
    ? run(`UPDATE "_keys" SET used = ? WHERE hash = ?`, usedAt, hash)
    : run(
      `UPDATE "_sessions" SET used = ?, expires = ? WHERE hash = ?`,
      usedAt,
      login.expiresAt,
      hash,
    );
}
