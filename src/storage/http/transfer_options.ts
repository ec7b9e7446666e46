/**
 * Options that all storages over a network have.
 *
 * @module
 */
import { type BackoffOptions, type Clock, realClock } from "../../actor/mod.ts";
import {
  checkClock,
  resolveBackoff,
  type ResolvedBackoff,
} from "../../actor/internal.ts";
import { checkString, resolveNumbers } from "../../checks/internal.ts";

/** Options of a storage over a network: parts, and tries. */
export interface TransferOptions {
  /**
   * Bytes of a part, from 5242880 (5 MiB) to 1073741824, with Azure and the
   * JSON API of Google from 262144: what is larger is written in parts. A put
   * holds up to `parallelParts` of them in memory, and what `fetch` copies of
   * each.
   * @default {8388608}
   */
  readonly partBytes?: number;
  /**
   * Parts of one object that are written at once, from 1 to 64.
   * @default {4}
   */
  readonly parallelParts?: number;
  /**
   * How often a request is repeated that got no response, or one that says to
   * come back (408, 429, 500, 502, 503, 504), from 0 to 20.
   * @default {4}
   */
  readonly retries?: number;
  /** Delays before requests are repeated. */
  readonly backoff?: BackoffOptions;
  /**
   * Clock that measures the delays.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

/** {@linkcode TransferOptions} with defaults filled in. */
export interface ResolvedTransfer {
  readonly partBytes: number;
  readonly parallelParts: number;
  readonly retries: number;
  readonly backoff: ResolvedBackoff;
  readonly clock: Clock;
}

const DEFAULTS = { partBytes: 2 ** 23, parallelParts: 4, retries: 4 };
const MAX_PART_BYTES = 2 ** 30;
const RANGES = {
  parallelParts: { min: 1, max: 64, integer: true },
  retries: { min: 0, max: 20, integer: true },
};

/** The names of {@linkcode TransferOptions}, for the tables of others. */
export const TRANSFER_NAMES = {
  partBytes: true,
  parallelParts: true,
  retries: true,
  backoff: true,
  clock: true,
} as const;

/** The least bytes of a part that S3 takes, but for the last one. */
export const S3_MIN_PART_BYTES: number = 5 * 2 ** 20;
/** The least bytes of a part for services that take any. */
export const MIN_PART_BYTES: number = 2 ** 18;

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {TypeError} if one has the wrong type.
 * @throws {RangeError} if a number is out of its range.
 */
export function resolveTransfer(
  options: TransferOptions,
  minPartBytes: number,
): ResolvedTransfer {
  const partBytes = { min: minPartBytes, max: MAX_PART_BYTES, integer: true };
  const { clock = realClock } = options;
  checkClock("clock", clock);
  return {
    ...resolveNumbers(options, DEFAULTS, { ...RANGES, partBytes }),
    backoff: resolveBackoff(options.backoff),
    clock,
  };
}

/**
 * Checks where a service is, and returns that without a slash at the end.
 *
 * @throws {TypeError} if it is no such URL.
 */
export function checkEndpoint(endpoint: unknown): string {
  checkString("endpoint", endpoint);
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const isPlain = url !== undefined && /^https?:$/.test(url.protocol) &&
    url.search === "" && url.hash === "" && url.username === "" &&
    url.password === "";
  if (isPlain) return url.href.replace(/\/+$/, "");
  throw new TypeError(
    `Cannot use endpoint: it is ${
      url?.password ? "a URL with a password" : JSON.stringify(endpoint)
    }, it must be a URL such as "https://storage.example"`,
  );
}

/**
 * Checks the name of a bucket or container, which becomes part of a URL.
 *
 * @throws {TypeError} if it cannot be one.
 */
export function checkBucket(name: string, value: unknown): void {
  checkString(name, value);
  // Without dots alone: they would lead elsewhere.
  if (/^[A-Za-z0-9$_-][A-Za-z0-9$._-]*$/.test(value)) return;
  throw new TypeError(
    `Cannot use ${name}: it is ${
      JSON.stringify(value)
    }, it must be letters, digits, "-", "_" and "."`,
  );
}

/**
 * Checks a name or secret that is needed, without showing it.
 *
 * @throws {TypeError} if it is not text, or empty.
 */
export function checkSecret(name: string, value: unknown): void {
  if (typeof value === "string" && value !== "") return;
  const what = value === "" ? "empty" : "missing or no text";
  throw new TypeError(
    `Cannot use ${name}: it is ${what}, it must be a text that is not empty`,
  );
}
