/**
 * How many sockets a listener has and may have. Its acceptor sleeps while
 * they are as many as it may have: the reply to its offer is withheld.
 *
 * @module
 */
import type { ReplyTo } from "../actor/mod.ts";

/** Counts the sockets of a listener against their limit. */
export class SocketLimit {
  /** Sockets that were accepted so far. */
  accepted = 0;
  /** Sockets that are open now. */
  open = 0;
  readonly #maxSockets: number;
  #waiting: ReplyTo<void> | undefined;

  /** Creates a limit of `maxSockets` open sockets. */
  constructor(maxSockets: number) {
    this.#maxSockets = maxSockets;
  }

  /** Counts a socket that was accepted. */
  add(): void {
    this.accepted++;
    this.open++;
  }

  /** Counts a socket that has ended. */
  remove(): void {
    this.open--;
    this.#reply();
  }

  /** Replies as soon as there is room for another socket. */
  replyWhenRoom(replyTo: ReplyTo<void>): void {
    this.#waiting = replyTo;
    this.#reply();
  }

  /** Forgets the open sockets, which have ended with their parent. */
  clear(): void {
    this.open = 0;
    this.#waiting = undefined;
  }

  #reply(): void {
    if (this.open >= this.#maxSockets) return;
    this.#waiting?.tell();
    this.#waiting = undefined;
  }
}
