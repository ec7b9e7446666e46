/**
 * An entry of presence of this process, made again on each session.
 *
 * @module
 */
import { TroupeError } from "../../../actor/mod.ts";
import type { MsgpackValue } from "../../../codec/mod.ts";
import { numberField } from "../control_protocol.ts";
import type { PresenceEntry } from "../../presence.ts";
import type { Link, LinkPart } from "./link.ts";
import type { LinkSession } from "./link_session.ts";

/** An entry of presence. */
export class TrackedEntry implements LinkPart, PresenceEntry {
  readonly isSubscription = false;
  readonly key: string;
  readonly #link: Link;
  readonly #topic: string;
  #meta: MsgpackValue;
  readonly #signals: readonly AbortSignal[];
  readonly #ready = Promise.withResolvers<void>();
  /** The entry on the other side, over the session of the moment. */
  #there: Promise<{ session: LinkSession; entry: number }> | undefined;
  #isOver = false;
  readonly #onAbort = (): void => void this[Symbol.asyncDispose]();

  constructor(
    link: Link,
    topic: string,
    key: string,
    meta: MsgpackValue,
    signals: readonly AbortSignal[],
  ) {
    this.#link = link;
    this.#topic = topic;
    this.key = key;
    this.#meta = meta;
    this.#signals = signals;
    for (const signal of signals) {
      signal.addEventListener("abort", this.#onAbort, { once: true });
    }
    link.add(this);
  }

  /** Resolves when it is there; rejects if it is refused. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  async update(meta: MsgpackValue): Promise<void> {
    if (this.#isOver) {
      throw new TroupeError(
        `Cannot update the entry of ${this.key}: it has ended, track it again`,
      );
    }
    this.#meta = meta;
    const there = await this.#there;
    // Without a session, the next one begins with what it is now.
    if (there === undefined) return;
    const { session, entry } = there;
    await session.control.call("update", { entry, meta });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#finish()) return;
    const there = await this.#there?.catch(() => undefined);
    if (there === undefined) return;
    const { session, entry } = there;
    // If the session is lost, so is the entry.
    await session.control.call("untrack", { entry }).catch(() => {});
  }

  attach(session: LinkSession): void {
    const fields = { topic: this.#topic, key: this.key, meta: this.#meta };
    this.#there = session.control.call("track", fields).then((result) => ({
      session,
      entry: numberField(result, "entry"),
    }));
    this.#there.then(() => this.#ready.resolve(), (error) => {
      // A session that is lost is no refusal.
      if (session !== this.#link.session) return;
      this.#ready.reject(error);
      this.#finish();
    });
  }

  detach(_cause: unknown): void {
    this.#there = undefined;
  }

  end(error: unknown): void {
    this.#ready.promise.catch(() => {});
    this.#ready.reject(error);
    this.#finish();
    this.#there = undefined;
  }

  #finish(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#link.remove(this);
    for (const signal of this.#signals) {
      signal.removeEventListener("abort", this.#onAbort);
    }
    this.#ready.promise.catch(() => {});
    this.#ready.reject(
      this.#signals.find(({ aborted }) => aborted)?.reason ??
        new TroupeError("The entry has ended"),
    );
    return true;
  }
}
