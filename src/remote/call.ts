/**
 * One call of a client that something comes back for: a request or a stream.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import { Exchange } from "../rpc/internal.ts";
import type { OpenCall, RemoteClient } from "./implementation.ts";
import type { NamedOperation } from "./protocol.ts";

const NO_BODY = new Uint8Array(0);

/** A call from its arrival to its end. */
export class Call extends Exchange implements OpenCall {
  /** Whether its handler has ended. */
  isDone = false;
  onAbort: ((reason: unknown) => void) | undefined;

  constructor(
    id: number,
    deadlineMs: number,
    clock: Clock,
    readonly client: RemoteClient,
    readonly called: NamedOperation,
    listenerFailed: (error: unknown) => void,
  ) {
    super(id, NO_BODY, deadlineMs, clock, listenerFailed);
  }

  override abort(reason: unknown): void {
    super.abort(reason);
    const { onAbort } = this;
    this.onAbort = undefined;
    onAbort?.(reason);
  }
}
