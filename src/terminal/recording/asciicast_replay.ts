/**
 * Replays a recording: yields its events at their times.
 *
 * @module
 */
import { checkCast, checkReplayOptions } from "./arguments.ts";
import { type Clock, realClock } from "../../actor/mod.ts";
import { checkDuration, checkNumber } from "../../checks/internal.ts";
import type { AsciicastEvent } from "./asciicast.ts";
import type { Asciicast } from "./asciicast_reader.ts";

/** Options of {@linkcode replayAsciicast}. */
export interface ReplayAsciicastOptions {
  /**
   * Speed relative to the recording, above 0.
   * @default {1}
   */
  readonly speed?: number;
  /**
   * Longest pause, in milliseconds of the recording, at least 0; the speed
   * applies to it as well.
   * @default {the limit in the header, or `Infinity`}
   */
  readonly idleLimitMs?: number;
  /** Ends the replay when it aborts; the replay throws the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Source of time, such as a manual clock in tests.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

/**
 * Yields each event at its time. Events that are overdue, because the previous
 * one took long to process, are yielded at once.
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
 * @param options May be left out; each option has its default.
 * @throws {RangeError} if an option is out of its range.
 * @throws {AsciicastError} if a line of the recording is invalid.
 */
export function replayAsciicast(
  cast: Pick<Asciicast, "header" | "events">,
  options: ReplayAsciicastOptions = {},
): AsyncGenerator<AsciicastEvent, void> {
  checkCast(cast);
  checkReplayOptions(options);
  const { speed = 1, idleLimitMs = Infinity } = options;
  checkNumber("speed", speed, { above: 0 });
  checkDuration("idleLimitMs", idleLimitMs);
  return replay(cast, options);
}

async function* replay(
  cast: Pick<Asciicast, "header" | "events">,
  options: ReplayAsciicastOptions,
): AsyncGenerator<AsciicastEvent, void> {
  const { idleTimeLimitSeconds = Infinity } = cast.header;
  const {
    speed = 1,
    idleLimitMs = idleTimeLimitSeconds * 1000,
    signal,
    clock = realClock,
  } = options;
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
