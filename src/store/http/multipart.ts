/**
 * Reads a form of parts (RFC 7578) as it comes: one part after another, each of
 * them in pieces.
 *
 * @module
 */
import type { ByteSource } from "../files/file_source.ts";
import { Problem } from "./problem.ts";

/** A part of a form. */
export interface Part {
  /** The name of its field. */
  readonly name: string;
  /** The name of its file; undefined if it is none. */
  readonly fileName: string | undefined;
}

/** Bytes that the headers of a part may have. */
const MAX_HEADER_BYTES = 8192;
const RETURN = 13;
const DASH = 45;
const utf8 = new TextEncoder();
/** What ends the headers of a part. */
const BLANK_LINE = utf8.encode("\r\n\r\n");
const DISPOSITION = /^content-disposition:[ \t]*form-data[ \t]*;(.*)$/im;
const NAME = /(?:^|;)[ \t]*name="((?:[^"\\]|\\.)*)"/i;
const FILE_NAME = /(?:^|;)[ \t]*filename="((?:[^"\\]|\\.)*)"/i;
const BOUNDARY =
  /;\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s";,]{1,70}))\s*(?:;|$)/i;

/**
 * Returns the boundary of a form.
 *
 * @throws {Problem} if it has none.
 */
export function boundaryOf(contentType: string): string {
  const match = BOUNDARY.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary !== undefined) return boundary;
  throw notForm("its type has no boundary");
}

/** Reads the parts of a form. */
export class MultipartReader {
  readonly #source: ByteSource;
  readonly #delimiter: Uint8Array<ArrayBuffer>;
  readonly #maxParts: number;
  /** What has come and was not read. The first boundary has no line before it. */
  #rest: Uint8Array<ArrayBuffer> = utf8.encode("\r\n");
  #parts = 0;
  #isInPart = false;
  #isOver = false;

  constructor(source: ByteSource, boundary: string, maxParts: number) {
    this.#source = source;
    this.#delimiter = utf8.encode(`\r\n--${boundary}`);
    this.#maxParts = maxParts;
  }

  /**
   * Resolves to the next part; undefined after the last one. What was not read
   * of the part before is passed over.
   *
   * @throws {Problem} as a rejection, if it is no form or has too many parts.
   */
  async next(): Promise<Part | undefined> {
    if (this.#isOver) return undefined;
    if (this.#parts === 0) await this.#start();
    else while (await this.read() !== null);
    await this.#fill(2);
    if (this.#rest[0] === DASH && this.#rest[1] === DASH) {
      this.#isOver = true;
      return undefined;
    }
    if (++this.#parts > this.#maxParts) {
      throw new Problem(
        "too_large",
        `The form may have at most ${this.#maxParts} parts`,
        { headers: { connection: "close" } },
      );
    }
    const part = partOf(await this.#headers());
    this.#isInPart = true;
    return part;
  }

  /** Returns the next bytes of the part, or `null` at its end. */
  async read(): Promise<Uint8Array<ArrayBuffer> | null> {
    while (this.#isInPart) {
      const at = findStart(this.#rest, this.#delimiter);
      if (at === 0 && this.#rest.length >= this.#delimiter.length) {
        this.#rest = this.#rest.subarray(this.#delimiter.length);
        this.#isInPart = false;
        break;
      }
      if (at > 0) {
        const piece = this.#rest.subarray(0, at);
        this.#rest = this.#rest.subarray(at);
        return piece;
      }
      await this.#more();
    }
    return null;
  }

  async #start(): Promise<void> {
    const { length } = this.#delimiter;
    await this.#fill(length);
    if (findStart(this.#rest.subarray(0, length), this.#delimiter) !== 0) {
      throw notForm("it does not begin with its boundary");
    }
    this.#rest = this.#rest.subarray(length);
  }

  /** Returns the lines before the bytes of a part. */
  async #headers(): Promise<string> {
    while (true) {
      const found = findStart(this.#rest, BLANK_LINE);
      const isWhole = found + BLANK_LINE.length <= this.#rest.length;
      if (isWhole && found <= MAX_HEADER_BYTES) {
        const text = new TextDecoder().decode(this.#rest.subarray(0, found));
        this.#rest = this.#rest.subarray(found + BLANK_LINE.length);
        return text;
      }
      if (this.#rest.length > MAX_HEADER_BYTES) {
        throw notForm(
          `the headers of a part have more than ${MAX_HEADER_BYTES} bytes`,
        );
      }
      await this.#more();
    }
  }

  async #fill(bytes: number): Promise<void> {
    while (this.#rest.length < bytes) await this.#more();
  }

  async #more(): Promise<void> {
    const chunk = await this.#source.read();
    if (chunk === null) throw notForm("its end is missing");
    this.#rest = this.#rest.length === 0 ? chunk : joined(this.#rest, chunk);
  }
}

/**
 * Returns where bytes have others, or may have them as they end before; their
 * length if nowhere. The first of the others is a carriage return, and only line
 * ends of theirs have more: so no byte is looked at more than a few times.
 */
function findStart(bytes: Uint8Array, others: Uint8Array): number {
  // This search is native; that of Buffer is not in Deno.
  for (
    let at = bytes.indexOf(RETURN);
    at >= 0;
    at = bytes.indexOf(RETURN, at + 1)
  ) {
    let length = 1;
    while (
      length < others.length && at + length < bytes.length &&
      bytes[at + length] === others[length]
    ) length++;
    if (length === others.length || at + length === bytes.length) return at;
  }
  return bytes.length;
}

function joined(
  before: Uint8Array,
  after: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(before.length + after.length);
  both.set(before);
  both.set(after, before.length);
  return both;
}

function partOf(headers: string): Part {
  const disposition = DISPOSITION.exec(headers)?.[1] ?? "";
  const name = NAME.exec(disposition)?.[1];
  if (name === undefined) throw notForm("a part of it has no name");
  const fileName = FILE_NAME.exec(disposition)?.[1];
  return {
    name: unquoted(name),
    fileName: fileName === undefined ? undefined : unquoted(fileName),
  };
}

/** Undoes what browsers and others do to quotes and line ends in names. */
function unquoted(text: string): string {
  return text.replaceAll(/\\(["\\])/g, "$1").replaceAll("%22", '"')
    .replaceAll(/%0d/gi, "\r").replaceAll(/%0a/gi, "\n");
}

function notForm(why: string): Problem {
  return new Problem("bad_request", `The body is not a form: ${why}`);
}
