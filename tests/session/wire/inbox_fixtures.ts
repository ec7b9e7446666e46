/**
 * An inbox in the hands of a test.
 *
 * @module
 */
import { Inbox } from "../../../src/session/wire/inbox.ts";
import type { MessageTooLargeError } from "../../../src/session/wire/errors.ts";
import type { InboxOptions } from "../../../src/session/wire/inbox_port.ts";
import { FrameType } from "../../../src/session/wire/protocol.ts";
import { FakeInboxPort, header } from "./support.ts";

/** No bytes. */
export const EMPTY: Uint8Array = new Uint8Array(0);

/** An inbox and what it asks of its session. */
export interface Setup {
  readonly port: FakeInboxPort;
  readonly inbox: Inbox;
  /** Limits that the sender was granted. */
  readonly grants: number[];
  readonly tooLarge: readonly MessageTooLargeError[];
  /** Delivers a frame from a buffer that is overwritten at once. */
  frame(flags: number, payload?: Uint8Array): void;
}

/** An inbox of a session of its own, or of one that is given. */
export function setup(
  options: Partial<InboxOptions> = {},
  port: FakeInboxPort = new FakeInboxPort(options),
  stream = 1,
): Setup {
  const grants: number[] = [];
  port.grants.set(stream, grants);
  const inbox = new Inbox(port, stream);
  return {
    port,
    inbox,
    grants,
    tooLarge: port.tooLargeErrors,
    frame(flags, payload = EMPTY) {
      const buffer = new Uint8Array(payload.length + 20);
      buffer.set(header(FrameType.DATA, flags, stream, payload.length), 2);
      buffer.set(payload, 10);
      try {
        inbox.deliver(flags, buffer, 10, 10 + payload.length);
      } finally {
        inbox.endRead();
        buffer.fill(0xee);
      }
    },
  };
}

/** Whether a promise has settled yet. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true;
  const settle = (): void => void (pending = false);
  promise.then(settle, settle);
  await undefined;
  return pending;
}
