/**
 * The requests that one subscription of a client may still reply to. Nobody
 * says when a request is over, so those that are over are looked for when there
 * are many, and what is left is bounded: the oldest goes first.
 *
 * @module
 */
import type { Payload } from "../../payload.ts";
import type { ReplyTarget } from "../../delivery/incoming.ts";

/** Requests of one subscription that wait for a reply. */
const MAX_REQUESTS = 10_000;
/** Requests from which on those that are over are looked for. */
const MANY_REQUESTS = 64;

/** The requests that may be replied to; of a request no more than that is kept. */
export class PendingReplies {
  readonly #targets = new Map<number, ReplyTarget>();
  #last = 0;
  /** How many there are when those that are over are looked for again. */
  #many = MANY_REQUESTS;

  /** Requests that are kept: those that wait, and as many that are over. */
  get size(): number {
    return this.#targets.size;
  }

  /** Adds a request; returns its token, from 1 on. */
  add(target: ReplyTarget): number {
    const token = ++this.#last;
    this.#targets.set(token, target);
    if (this.#targets.size > this.#many) this.#forgetOver();
    return token;
  }

  /**
   * Replies to the request of a token, unless that is let go, and lets it go if
   * no other reply is wanted.
   */
  async reply(token: number, payload: Payload): Promise<void> {
    const target = this.#targets.get(token);
    if (target === undefined) return;
    const replied = target.reply(payload);
    if (target.isOver) this.#targets.delete(token);
    await replied;
  }

  #forgetOver(): void {
    for (const [token, { isOver }] of this.#targets) {
      if (isOver) this.#targets.delete(token);
    }
    for (const token of this.#targets.keys()) {
      if (this.#targets.size <= MAX_REQUESTS) break;
      this.#targets.delete(token);
    }
    const wait = this.#targets.size;
    // So each request is looked at a few times, however many wait.
    this.#many = Math.min(MAX_REQUESTS * 2, Math.max(MANY_REQUESTS, wait * 2));
  }
}
