/**
 * Reads a recording line by line, so that a large one needs no more memory than
 * a small one.
 *
 * @module
 */
import { checkReadArguments } from "./arguments.ts";
import {
  AsciicastDecoder,
  AsciicastError,
  type AsciicastEvent,
  type AsciicastHeader,
  AsciicastLimitError,
  decodeHeader,
} from "./asciicast.ts";

const LINE_FEED = 0x0a;

/** Limits of {@linkcode readAsciicast}. */
export interface ReadAsciicastOptions {
  /**
   * Most bytes in a line, above 0.
   * @default {1_048_576}
   */
  readonly maxLineBytes?: number;
  /**
   * Most lines, with the header, comments and unknown events, above 0.
   * @default {10_000_000}
   */
  readonly maxLines?: number;
}

/** A recording that is being read; disposing of it cancels its source. */
export interface Asciicast extends AsyncDisposable {
  /** Header of the recording. */
  readonly header: AsciicastHeader;
  /**
   * Events of the recording, which can be iterated once and are read as they are
   * requested. For an invalid line it throws {@linkcode AsciicastError}, after
   * the events before that line.
   */
  readonly events: AsyncIterable<AsciicastEvent>;
}

/**
 * Reads the header of a recording, and its events as they are requested.
 *
 * @example
 * ```ts
 * import { readAsciicast } from "@troupe/troupe/terminal";
 *
 * const file = new Blob([
 *   '{"version": 3, "term": {"cols": 80, "rows": 24}}\n[0.5, "o", "Hello"]\n',
 * ]);
 * await using cast = await readAsciicast(file.stream());
 * for await (const event of cast.events) {
 *   if (event.type === "output") console.log(event.atMs, event.text);
 * }
 * ```
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} if the source is no stream, or an option is not known.
 * @throws {RangeError} if an option is not above 0.
 * @throws {AsciicastError} if it does not start with a header of version 3.
 */
export async function readAsciicast(
  source: ReadableStream<Uint8Array>,
  options: ReadAsciicastOptions = {},
): Promise<Asciicast> {
  checkReadArguments(source, options);
  const lines = readLines(source, options);
  const first = await lines.next();
  try {
    if (first.done) throw new AsciicastError(1, "is missing");
    return {
      header: decodeHeader(first.value.text),
      events: decodeEvents(lines),
      async [Symbol.asyncDispose]() {
        await lines.return();
      },
    };
  } catch (error) {
    await lines.return();
    throw error;
  }
}

interface Line {
  readonly number: number;
  readonly text: string;
}

async function* decodeEvents(
  lines: AsyncGenerator<Line, void>,
): AsyncGenerator<AsciicastEvent, void> {
  const decoder = new AsciicastDecoder();
  for await (const { number, text } of lines) {
    const event = decoder.decode(number, text);
    if (event !== undefined) yield event;
  }
}

async function* readLines(
  source: ReadableStream<Uint8Array>,
  { maxLineBytes = 1_048_576, maxLines = 10_000_000 }: ReadAsciicastOptions,
): AsyncGenerator<Line, void> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let number = 1;
  let text = "";
  let bytes = 0;
  /** Adds a part of the line; no character continues after its end. */
  const take = (part: Uint8Array, stream: boolean) => {
    bytes += part.length;
    if (number > maxLines) {
      throw new AsciicastLimitError(
        number,
        `is over the limit of ${maxLines} lines`,
      );
    }
    if (bytes > maxLineBytes) {
      throw new AsciicastLimitError(
        number,
        `is longer than ${maxLineBytes} bytes`,
      );
    }
    try {
      text += decoder.decode(part, { stream });
    } catch (cause) {
      throw new AsciicastError(number, "is not UTF-8", { cause });
    }
  };
  for await (const chunk of source) {
    let start = 0;
    let end: number;
    while ((end = chunk.indexOf(LINE_FEED, start)) >= 0) {
      take(chunk.subarray(start, end), false);
      yield { number, text };
      start = end + 1;
      number++;
      text = "";
      bytes = 0;
    }
    if (start < chunk.length) take(chunk.subarray(start), true);
  }
  // The last line may have no line feed, if the recording was cut off.
  if (bytes > 0) {
    take(new Uint8Array(), false);
    yield { number, text };
  }
}
