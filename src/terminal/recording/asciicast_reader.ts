/**
 * Reads a recording line by line, so that a large one needs no more memory than
 * a small one; one of version 1 is read as a whole.
 *
 * @module
 */
import { checkReadArguments } from "./arguments.ts";
import {
  AsciicastError,
  type AsciicastEvent,
  type AsciicastHeader,
  AsciicastLimitError,
  type AsciicastLineVersion,
} from "./asciicast.ts";
import { AsciicastDecoder } from "./asciicast_decoder.ts";
import { documentEvents } from "./asciicast_document.ts";
import { decodeHeader, versionOf } from "./asciicast_header.ts";
import { isRecord, parseJson } from "./asciicast_json.ts";

const LINE_FEED = 0x0a;
const BRACE = 0x7b;
const MAX_LINE_BYTES = 1_048_576;
const MAX_DOCUMENT_BYTES = 16_777_216;

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
  /**
   * Most bytes of a recording of version 1, which is in memory as a whole, above
   * 0.
   * @default {16_777_216}
   */
  readonly maxDocumentBytes?: number;
}

/** A recording that is being read; disposing of it cancels its source. */
export interface Asciicast extends AsyncDisposable {
  /** Version of the format that the recording has. */
  readonly version: 1 | 2 | 3;
  /** Header of the recording, in the same way for all versions. */
  readonly header: AsciicastHeader;
  /**
   * Events of the recording, which can be iterated once and are read as they are
   * requested. For an invalid line it throws {@linkcode AsciicastError}, after
   * the events before that line.
   */
  readonly events: AsyncIterable<AsciicastEvent>;
}

/**
 * Reads the header of a recording, in version 1, 2 or 3 of asciicast, and its
 * events as they are requested.
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
 * @throws {AsciicastError} if it does not start with a header.
 */
export async function readAsciicast(
  source: ReadableStream<Uint8Array>,
  options: ReadAsciicastOptions = {},
): Promise<Asciicast> {
  checkReadArguments(source, options);
  const lines = readLines(source, options);
  try {
    const head = await readHead(lines, options);
    const version = versionOf(head);
    // What comes after a document is none of it.
    if (version === 1) await lines.return();
    return {
      version,
      header: decodeHeader(head, version),
      events: version === 1
        ? oneByOne(documentEvents(head))
        : decodeEvents(lines, version),
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
  readonly bytes: number;
}

/** Reads the first line; of a document that has more than one, all of them. */
async function readHead(
  lines: AsyncGenerator<Line, void>,
  {
    maxLineBytes = MAX_LINE_BYTES,
    maxDocumentBytes = MAX_DOCUMENT_BYTES,
  }: ReadAsciicastOptions,
): Promise<Record<string, unknown>> {
  const first = await lines.next();
  if (first.done) throw new AsciicastError(1, "is missing");
  const { text, bytes } = first.value;
  const isWhole = isJson(text) || !text.trimStart().startsWith("{");
  const head = parseJson(
    1,
    isWhole ? text : await readRest(first.value, lines, maxDocumentBytes),
  );
  if (!isRecord(head)) throw new AsciicastError(1, "is not a JSON object");
  if (head.version !== 1 && bytes > maxLineBytes) {
    throw tooLong(1, maxLineBytes);
  }
  return head;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Reads a document to its end. */
async function readRest(
  first: Line,
  lines: AsyncGenerator<Line, void>,
  maxDocumentBytes: number,
): Promise<string> {
  const texts = [first.text];
  let total = first.bytes;
  for await (const { number, text, bytes } of lines) {
    // With its line feed.
    total += bytes + 1;
    if (total > maxDocumentBytes) {
      throw new AsciicastLimitError(
        number,
        `is beyond the first ${maxDocumentBytes} bytes`,
      );
    }
    texts.push(text);
  }
  return texts.join("\n");
}

function tooLong(number: number, maxBytes: number): AsciicastLimitError {
  return new AsciicastLimitError(
    number,
    `is longer than ${maxBytes} bytes`,
  );
}

/** Yields the events of a document, which are all in memory. */
async function* oneByOne(
  events: Iterable<AsciicastEvent>,
): AsyncGenerator<AsciicastEvent, void> {
  yield* events;
}

async function* decodeEvents(
  lines: AsyncGenerator<Line, void>,
  version: AsciicastLineVersion,
): AsyncGenerator<AsciicastEvent, void> {
  const decoder = new AsciicastDecoder(version);
  for await (const { number, text } of lines) {
    const event = decoder.decode(number, text);
    if (event !== undefined) yield event;
  }
}

async function* readLines(
  source: ReadableStream<Uint8Array>,
  {
    maxLineBytes = MAX_LINE_BYTES,
    maxLines = 10_000_000,
    maxDocumentBytes = MAX_DOCUMENT_BYTES,
  }: ReadAsciicastOptions,
): AsyncGenerator<Line, void> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let number = 1;
  let text = "";
  let bytes = 0;
  let mostBytes = maxLineBytes;
  /** Adds a part of the line; no character continues after its end. */
  const take = (part: Uint8Array, stream: boolean) => {
    // It may be a document, whose version is not known before it is read.
    if (number === 1 && bytes === 0 && part[0] === BRACE) {
      mostBytes = Math.max(maxLineBytes, maxDocumentBytes);
    }
    bytes += part.length;
    if (number > maxLines) {
      throw new AsciicastLimitError(
        number,
        `is over the limit of ${maxLines} lines`,
      );
    }
    if (bytes > mostBytes) throw tooLong(number, mostBytes);
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
      yield { number, text, bytes };
      start = end + 1;
      number++;
      text = "";
      bytes = 0;
      mostBytes = maxLineBytes;
    }
    if (start < chunk.length) take(chunk.subarray(start), true);
  }
  // The last line may have no line feed, if the recording was cut off.
  if (bytes > 0) {
    take(new Uint8Array(), false);
    yield { number, text, bytes };
  }
}
