/**
 * Reads a form of parts (RFC 7578) as it comes: one part after another, each of
 * them in pieces.
 *
 * @module
 */
import { Buffer } from "node:buffer";
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
const CRLF = "\r\n";
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
  readonly #delimiter: Buffer;
  readonly #maxParts: number;
  /** What has come and was not read. The first boundary has no line before it. */
  #rest: Buffer = Buffer.from(CRLF);
  #parts = 0;
  #isInPart = false;
  #isOver = false;

  constructor(source: ByteSource, boundary: string, maxParts: number) {
    this.#source = source;
    this.#delimiter = Buffer.from(`${CRLF}--${boundary}`);
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
    if (this.#rest.subarray(0, 2).toString("latin1") === "--") {
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
      const at = this.#rest.indexOf(this.#delimiter);
      if (at === 0) {
        this.#rest = this.#rest.subarray(this.#delimiter.length);
        this.#isInPart = false;
        break;
      }
      const safe = at > 0 ? at : this.#safeBytes();
      if (safe > 0) {
        const piece = this.#rest.subarray(0, safe);
        this.#rest = this.#rest.subarray(safe);
        return piece as Uint8Array<ArrayBuffer>;
      }
      await this.#more();
    }
    return null;
  }

  /** How many of the bytes cannot belong to a boundary. */
  #safeBytes(): number {
    const from = Math.max(0, this.#rest.length - this.#delimiter.length + 1);
    for (
      let at = this.#rest.indexOf(13, from);
      at >= 0;
      at = this.#rest.indexOf(13, at + 1)
    ) {
      const tail = this.#rest.subarray(at);
      const isStart = tail.equals(this.#delimiter.subarray(0, tail.length));
      if (isStart) return at;
    }
    return this.#rest.length;
  }

  async #start(): Promise<void> {
    const { length } = this.#delimiter;
    await this.#fill(length);
    if (!this.#rest.subarray(0, length).equals(this.#delimiter)) {
      throw notForm("it does not begin with its boundary");
    }
    this.#rest = this.#rest.subarray(length);
  }

  /** Returns the lines before the bytes of a part. */
  async #headers(): Promise<string> {
    // The line of the boundary has not ended yet.
    let searched = 0;
    while (true) {
      const at = this.#rest.indexOf("\r\n\r\n", Math.max(0, searched - 3));
      if (at >= 0 && at <= MAX_HEADER_BYTES) {
        const text = this.#rest.subarray(0, at).toString("utf8");
        this.#rest = this.#rest.subarray(at + 4);
        return text;
      }
      searched = this.#rest.length;
      if (at >= 0 || searched > MAX_HEADER_BYTES) {
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
    const { buffer, byteOffset, length } = chunk;
    const more = Buffer.from(buffer, byteOffset, length);
    this.#rest = this.#rest.length === 0
      ? more
      : Buffer.concat([this.#rest, more]);
  }
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
