/**
 * Plays a recording: its events at their times.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import { realClock } from "../../actor/internal.ts";
import type { AsciicastEvent } from "./asciicast.ts";
import type { Asciicast } from "./asciicast_reader.ts";

/** How a recording is played. */
export interface ReplayAsciicastOptions {
  /**
   * How much faster than it was recorded; above 0.
   * @default {1}
   */
  readonly speed?: number;
  /**
   * The longest pause in the recording that is kept, in milliseconds before
   * the speed counts; 0 or more.
   * @default {what the header says, or no limit}
   */
  readonly idleLimitMs?: number;
  /** Ends the replay, which then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * The source of time.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

/**
 * Gives each event when its time has come. Events that are overdue because
 * the last one took long to be dealt with come at once.
 *
 * @example
 * ```ts
 * import { readAsciicast, replayAsciicast } from "@troupe/troupe/terminal";
 *
 * const file = new Blob([
 *   '{"version": 3, "term": {"cols": 80, "rows": 24}}\n[0.5, "o", "Hello"]\n',
 * ]);
 * await using cast = await readAsciicast(file.stream());
 * for await (const event of replayAsciicast(cast, { speed: 100 })) {
 *   if (event.type === "output") console.log(event.text);
 * }
 * ```
 *
 * @throws {RangeError} when an option is out of its range.
 * @throws {AsciicastError} when the recording goes wrong.
 */
export async function* replayAsciicast(
  cast: Pick<Asciicast, "header" | "events">,
  options: ReplayAsciicastOptions = {},
): AsyncGenerator<AsciicastEvent, void> {
  const { idleTimeLimitSeconds = Infinity } = cast.header;
  const {
    speed = 1,
    idleLimitMs = idleTimeLimitSeconds * 1000,
    signal,
    clock = realClock,
  } = options;
  if (!(speed > 0)) {
    throw new RangeError(`Cannot replay: speed is ${speed}, not above 0`);
  }
  if (!(idleLimitMs >= 0)) {
    throw new RangeError(
      `Cannot replay: idleLimitMs is ${idleLimitMs}, it must be 0 or more`,
    );
  }
  let dueAt = clock.now();
  let previousMs = 0;
  for await (const event of cast.events) {
    dueAt += Math.min(event.atMs - previousMs, idleLimitMs) / speed;
    previousMs = event.atMs;
    signal?.throwIfAborted();
    const delayMs = dueAt - clock.now();
    if (delayMs > 0) await wait(clock, delayMs, signal);
    yield event;
  }
}

function wait(
  clock: Clock,
  delayMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = clock.schedule(delayMs, () => {
    signal?.removeEventListener("abort", onAbort);
    resolve();
  });
  const onAbort = () => {
    timer.cancel();
    reject(signal?.reason);
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  return promise;
}
