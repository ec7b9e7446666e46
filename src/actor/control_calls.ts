/**
 * The calls to one life of a supervisor that have no reply yet. However the
 * life ends, each of them gets a reply.
 *
 * @module
 */
import { TroupeError } from "./errors.ts";
import type { ReplyTo } from "./ref.ts";
import type { SupervisorReply } from "./supervisor_protocol.ts";

/** One call that has no reply yet. */
export type ControlCall = ReplyTo<SupervisorReply>;

/** Keeps every call from its arrival to its reply. */
export class ControlCalls {
  readonly #open = new Set<ControlCall>();

  /** A call has arrived, and will have a reply. */
  receive(call: ControlCall): void {
    this.#open.add(call);
  }

  /** Replies that what was asked for is done. */
  done(call: ControlCall): void {
    if (this.#open.delete(call)) call.tell({});
  }

  /** Replies that what was asked for is not done, and why. */
  refuse(call: ControlCall, why: unknown): void {
    if (!this.#open.delete(call)) return;
    call.tell({
      refused: typeof why === "string" ? new TroupeError(why) : why,
    });
  }

  /** The life of the supervisor is over: nothing that waits will be done. */
  abandon(why: string): void {
    for (const call of this.#open) this.refuse(call, why);
  }
}
