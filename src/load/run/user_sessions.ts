/**
 * What drivers have opened for one user.
 *
 * @module
 */
import type { Driver, DriverSession, DriverUser } from "../driver.ts";

/** The sessions of a user, each opened when it is needed first. */
export class UserSessions {
  readonly user: DriverUser;
  readonly #onCloseError: (error: unknown) => void;
  readonly #open = new Map<Driver, DriverSession>();
  /** What is being opened, performed or closed. */
  readonly #pending = new Set<Promise<unknown>>();
  #isOver = false;

  constructor(user: DriverUser, onCloseError: (error: unknown) => void) {
    this.user = user;
    this.#onCloseError = onCloseError;
  }

  /** Returns the session of a driver, if there is one. */
  get(driver: Driver): DriverSession | undefined {
    return this.#open.get(driver);
  }

  /** Opens a session; one that opens when all is over is closed. */
  async open(driver: Driver): Promise<DriverSession> {
    // What a driver throws at once rejects as well.
    const opening = Promise.try(() => driver.open(this.user));
    this.track(opening.then(() => {}, () => {}));
    const session = await opening;
    if (this.#isOver) this.#close(session);
    else this.#open.set(driver, session);
    return session;
  }

  /** Has the end wait for work, which must not reject. */
  track(work: Promise<unknown>): void {
    this.#pending.add(work);
    work.finally(() => this.#pending.delete(work));
  }

  /** Closes all sessions; others can be opened afterwards. */
  closeAll(): void {
    for (const session of this.#open.values()) this.#close(session);
    this.#open.clear();
  }

  /** Closes everything, also what opens late. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.closeAll();
    // A session that is still being opened is closed once it is open.
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  #close(session: DriverSession): void {
    this.track(
      Promise.try(() => session[Symbol.asyncDispose]())
        .catch(this.#onCloseError),
    );
  }
}
