/**
 * Responses of HTTP/1.1 as they come in pieces.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { HTTPParser } from "http-parser-js";
import { DriverError } from "../driver_error.ts";

/** The head of a response. */
export interface ResponseHead {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  /** Whether another request may follow on the same connection. */
  readonly keepsAlive: boolean;
}

/** Receives the parts of a response as they are parsed. */
export interface ResponseSink {
  /** A head has come; returns whether there is no body. */
  onHead(head: ResponseHead): boolean;
  /** A piece of the body has come, which is valid during the call alone. */
  onBody(piece: Uint8Array): void;
  /** The response is complete. */
  onEnd(): void;
}

/** What the parser has found, as it says it in one object. */
interface ParsedHead {
  readonly statusCode: number;
  readonly headers: readonly string[];
  readonly upgrade: boolean;
  readonly shouldKeepAlive: boolean;
}

/** The same one by one, after the first number of the version. */
type HeadArguments = [
  minor: number,
  headers: readonly string[],
  method: string,
  url: string,
  status: number,
  text: string,
  isUpgrade: boolean,
  keepsAlive: boolean,
];

/**
 * The parser passes one object until anybody in the program has read its
 * constant `kOnExecute`, and then one by one, to all who use it.
 */
function headOf(
  ...[, headers, , , statusCode, , upgrade, shouldKeepAlive]: HeadArguments
): ParsedHead {
  return { statusCode, headers, upgrade, shouldKeepAlive };
}

/** What the parser keeps of a body in chunks; its types do not have all of it. */
interface ChunkState {
  consumeLine(): string | undefined;
  body_bytes: number;
  state: string;
}

/**
 * Reads the line before a chunk. The parser's own method takes what is no
 * number for the end of the body, and never ends after a negative one.
 */
function readChunkHead(this: ChunkState): void {
  const line = this.consumeLine();
  if (line === undefined) return;
  if (!/^[\da-f]{1,13}[ \t]*(?:;|$)/i.test(line)) {
    throw new DriverError(`${CANNOT}: the size of a chunk is no number`);
  }
  this.body_bytes = parseInt(line, 16);
  this.state = this.body_bytes === 0 ? "BODY_CHUNKTRAILERS" : "BODY_CHUNK";
}

/** Bytes that may come without a head, a piece of a body or an end. */
const MAX_HEAD_BYTES = 81_920;

/** Parses the responses of one connection. */
export class ResponseParser {
  readonly #parser = new HTTPParser(HTTPParser.RESPONSE);
  #isFinal = false;
  /** Bytes since the last head, piece of a body or end. */
  #headBytes = 0;

  /** Creates a parser that calls the sink from within its own methods. */
  constructor(sink: ResponseSink) {
    const parser = this.#parser;
    // The parser's own limit knows no trailers and no lines before chunks.
    parser.maxHeaderSize = Infinity;
    const onHead = (info: ParsedHead | number, ...others: HeadArguments) => {
      this.#headBytes = 0;
      const head = typeof info === "number" ? headOf(...others) : info;
      if (head.upgrade) {
        throw new DriverError(`${CANNOT}: it changes the protocol`);
      }
      const { statusCode: status, headers, shouldKeepAlive: keepsAlive } = head;
      if (status < 100) {
        throw new DriverError(`${CANNOT}: its status is ${status}`);
      }
      // Those of 1xx come before the response.
      this.#isFinal = status >= 200;
      if (!this.#isFinal) return 1;
      return sink.onHead({ status, headers, keepsAlive }) ? 1 : 0;
    };
    Object.defineProperties(parser, {
      [HTTPParser.kOnHeadersComplete]: { value: onHead },
      BODY_CHUNKHEAD: { value: readChunkHead },
      [HTTPParser.kOnBody]: {
        value: (piece: Buffer) => {
          this.#headBytes = 0;
          sink.onBody(piece);
        },
      },
      [HTTPParser.kOnMessageComplete]: {
        value: () => {
          this.#headBytes = 0;
          if (this.#isFinal) sink.onEnd();
        },
      },
    });
  }

  /**
   * Parses what has come.
   *
   * @throws {DriverError} if it is not HTTP, or has too many headers.
   */
  push(bytes: Buffer, count: number): void {
    this.#headBytes += count;
    const parsed = this.#parser.execute(bytes, 0, count);
    if (parsed === count) {
      if (this.#headBytes <= MAX_HEAD_BYTES) return;
      throw new DriverError(
        `${CANNOT}: its headers have more than ${MAX_HEAD_BYTES} bytes`,
      );
    }
    if (parsed instanceof DriverError) throw parsed;
    throw new DriverError(`${CANNOT}: it is not HTTP/1.1`);
  }

  /** Ends a body that lasts as long as its connection. */
  end(): void {
    this.#parser.finish();
  }
}

const CANNOT = "Cannot read the response";
