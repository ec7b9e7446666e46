/**
 * Recordings of asciicast v1: one JSON document, which is read as a whole.
 * See https://docs.asciinema.org/manual/asciicast/v1
 *
 * @module
 */
import { AsciicastError, type AsciicastEvent } from "./asciicast.ts";
import { AsciicastTime } from "./asciicast_decoder.ts";

/**
 * Returns the output of a document, the only events that there are.
 *
 * @throws {AsciicastError} if it has none; the iterator, if an event is not
 * valid.
 */
export function documentEvents(
  { stdout }: Record<string, unknown>,
): Iterable<AsciicastEvent> {
  if (Array.isArray(stdout)) return outputOf(stdout);
  throw new AsciicastError(1, "has no stdout that is an array");
}

function* outputOf(stdout: unknown[]): Generator<AsciicastEvent, void> {
  const time = new AsciicastTime();
  for (const [index, item] of stdout.entries()) {
    const [interval, text]: unknown[] = Array.isArray(item) ? item : [];
    if (typeof text !== "string") {
      throw new AsciicastError(
        1,
        `has stdout[${index}] that is not an interval and a text`,
      );
    }
    time.add(1, interval);
    yield { type: "output", atMs: time.atMs, text };
  }
}
