/**
 * Checks of what the operations of a storage are called with.
 *
 * @module
 */
import {
  checkBoolean,
  checkInteger,
  checkNumber,
  checkOptionNames,
  checkSignal,
  countFrom,
  kindOf,
  type OptionNames,
  shown,
} from "../checks/internal.ts";
import type { CheckedRange, ListRequest } from "./backend.ts";
import type {
  ByteRange,
  GetOptions,
  ListOptions,
  PutBody,
  PutOptions,
  StorageCallOptions,
} from "./object_storage.ts";
import { checkKeyText } from "./object_key.ts";

const CALL: OptionNames<StorageCallOptions> = { signal: true };
const PUT: OptionNames<PutOptions> = {
  signal: true,
  contentType: true,
  ifAbsent: true,
  bytes: true,
  sha256: true,
};
const GET: OptionNames<GetOptions> = {
  signal: true,
  range: true,
  sha256: true,
};
const RANGE: OptionNames<ByteRange> = { offset: true, length: true };
const LIST: OptionNames<ListOptions> = {
  signal: true,
  prefix: true,
  after: true,
  limit: true,
};

const CONTENT_TYPE = /^[\x20-\x7e]{1,255}$/;
const SHA256 = /^[0-9a-f]{64}$/;
/** The most bytes that an object can have as far as numbers go. */
const MAX_BYTES = Number.MAX_SAFE_INTEGER;

/** Checks the options that every operation has. */
export function checkCallOptions(options: StorageCallOptions): void {
  checkOptionNames("an operation of a storage", options, CALL);
  checkSignalOption(options.signal);
}

/** Checks the options of a put, and fills in the defaults. */
export function resolvePutOptions(options: PutOptions): {
  readonly contentType: string;
  readonly ifAbsent: boolean;
  readonly bytes: number | undefined;
  readonly sha256: string | undefined;
  readonly signal: AbortSignal | undefined;
} {
  checkOptionNames("put()", options, PUT);
  const {
    contentType = "application/octet-stream",
    ifAbsent = false,
    bytes,
    sha256,
    signal,
  } = options;
  if (typeof contentType !== "string" || !CONTENT_TYPE.test(contentType)) {
    throw new TypeError(
      `Cannot use contentType: it is ${
        shown(contentType)
      }, it must be 1 to 255 characters of printable ASCII`,
    );
  }
  checkBoolean("ifAbsent", ifAbsent);
  if (bytes !== undefined) {
    checkInteger("bytes", bytes, { min: 0, max: MAX_BYTES });
  }
  checkSha256(sha256);
  checkSignalOption(signal);
  return { contentType, ifAbsent, bytes, sha256, signal };
}

/** Checks the body of a put. */
export function checkBody(body: unknown): asserts body is PutBody {
  if (body instanceof Uint8Array) return;
  const what = body instanceof ReadableStream
    ? body.locked ? "a stream that is read by others already" : undefined
    : kindOf(body);
  if (what === undefined) return;
  throw new TypeError(
    `Cannot use body: it is ${what}, it must be a Uint8Array or a ReadableStream`,
  );
}

/** Checks the options of a get. */
export function resolveGetOptions(options: GetOptions): {
  readonly range: CheckedRange | undefined;
  readonly sha256: string | undefined;
  readonly signal: AbortSignal | undefined;
} {
  checkOptionNames("get()", options, GET);
  const { range, sha256, signal } = options;
  checkSha256(sha256);
  checkSignalOption(signal);
  if (range !== undefined && sha256 !== undefined) {
    throw new TypeError(
      "Cannot use sha256: it is that of the whole object, leave it out for a range",
    );
  }
  return { range: range && resolveRange(range), sha256, signal };
}

function resolveRange(range: ByteRange): CheckedRange {
  checkOptionNames("range", range, RANGE);
  const { offset, length = Infinity } = range;
  checkInteger("range.offset", offset, { min: 0, max: MAX_BYTES });
  checkNumber("range.length", length, countFrom(1));
  return { offset, length };
}

/** Checks the options of a list, and fills in the defaults. */
export function resolveListOptions(options: ListOptions): ListRequest {
  checkOptionNames("list()", options, LIST);
  const { prefix = "", after = "", limit = Infinity, signal } = options;
  checkKeyText("prefix", prefix);
  checkKeyText("key", after);
  checkNumber("limit", limit, countFrom(1));
  checkSignalOption(signal);
  return { prefix, after, limit, signal };
}

function checkSha256(sha256: unknown): void {
  if (sha256 === undefined) return;
  if (typeof sha256 === "string" && SHA256.test(sha256)) return;
  throw new TypeError(
    `Cannot use sha256: it is ${
      shown(sha256)
    }, it must be 64 hexadecimal digits in lower case`,
  );
}

function checkSignalOption(signal: unknown): void {
  if (signal !== undefined) checkSignal("signal", signal);
}
