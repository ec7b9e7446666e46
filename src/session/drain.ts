/**
 * Going away in order, whatever the sockets of a listener are.
 *
 * @module
 */
import {
  checkNumber,
  checkOptionNames,
  checkSignal,
  type OptionNames,
} from "../checks/internal.ts";
import type { RunningListener } from "./listener_actor.ts";
import type { SocketsMessage } from "./sockets_actor.ts";

/** Options of the `drain` of a listener. */
export interface DrainOptions {
  /** Closes what is left when it aborts. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds for which peers are asked to leave this address alone, 0 to
   * 2³² − 1; a pool does so for an hour at most.
   * @default {0}
   */
  readonly retryAfterMs?: number;
}

const NAMES: OptionNames<DrainOptions> = { signal: true, retryAfterMs: true };

/**
 * Takes no new connections, notifies all peers, and closes when the last
 * connection has ended.
 *
 * @throws {RangeError} as a rejection, for a `retryAfterMs` out of its range.
 * @throws {TypeError} as a rejection, for an option of the wrong type.
 */
export async function drain(
  { end, closed }: Pick<RunningListener<SocketsMessage>, "end" | "closed">,
  options: DrainOptions,
): Promise<void> {
  checkOptionNames("drain()", options, NAMES);
  const { signal, retryAfterMs = 0 } = options;
  if (signal !== undefined) checkSignal("signal", signal);
  checkNumber("retryAfterMs", retryAfterMs, { min: 0, max: 2 ** 32 - 1 });
  end({ type: "drain", retryAfterMs });
  const giveUp = (): void => end({ type: "close" });
  if (signal?.aborted) giveUp();
  signal?.addEventListener("abort", giveUp, { once: true });
  await closed.finally(() => signal?.removeEventListener("abort", giveUp));
}
