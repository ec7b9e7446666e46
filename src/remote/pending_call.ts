/**
 * A request of this side that waits for its reply.
 *
 * @module
 */
import { PendingRequest } from "../rpc/internal.ts";
import type { NamedOperation } from "./protocol.ts";

/** A request from its call to its reply, with what it was for. */
export class PendingCall extends PendingRequest<unknown> {
  constructor(
    /** The number of the operation over there, which has that of its actor. */
    readonly number: number,
    readonly called: NamedOperation,
    resolve: (reply: unknown) => void,
    reject: (error: unknown) => void,
    cancel: (pending: PendingRequest<unknown>, error: unknown) => void,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ) {
    super(resolve, reject, cancel, timeoutMs, signal, undefined);
  }
}
