/**
 * When sessions and keys were last used, stored now and then: a check never
 * waits for a write.
 *
 * @module
 */
import type { Clock, Timer } from "../../actor/mod.ts";
import type { Engine } from "../engine/engine.ts";
import type { CachedLogin } from "./sessions.ts";

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

  /** Notes that a login was used; it is stored if that is new. */
  note(login: CachedLogin): void {
    // A clock that was set back is stored too.
    const since = Math.abs(login.usedAt - login.savedAt);
    // A session of minutes must not end because its last use was not stored.
    if (since < Math.min(COARSE_MS, login.idleMs / 10)) return;
    this.#unsaved.set(login.hash, login);
    if (this.#unsaved.size >= AT_ONCE) void this.flush();
    else this.#timer ??= this.#schedule();
  }

  /** Stores what was noted; resolves when that is done or has failed. */
  async flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const logins = [...this.#unsaved.values()];
    this.#unsaved.clear();
    if (logins.length === 0 || this.#isClosed) return;
    for (const login of logins) login.savedAt = login.usedAt;
    try {
      await this.#engine.write({
        steps: logins.map((login) => ({
          kind: "run",
          statement: login.kind === "key"
            ? {
              sql: `UPDATE "_keys" SET used = ? WHERE hash = ?`,
              values: [login.usedAt, login.hash],
            }
            : {
              sql: `UPDATE "_sessions" SET used = ?, expires = ?
                WHERE hash = ?`,
              values: [login.usedAt, login.expiresAt, login.hash],
            },
        })),
      });
    } catch {
      // The next use is stored: what is lost is some of an idle time.
      for (const login of logins) login.savedAt = 0;
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
