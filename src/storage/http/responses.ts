/**
 * What responses of services have in common.
 *
 * @module
 */
import {
  type CheckedRange,
  type Chunks,
  type OpenedObject,
  rangeWithin,
} from "../backend.ts";
import type { ObjectDetails } from "../object_storage.ts";
import { StorageRefusedError } from "../storage_errors.ts";

/** The most bytes of a response that are read for what it says. */
const MAX_TEXT_BYTES = 2 ** 24;

/** Returns the text of a response, which must not be longer than any page. */
export async function textOf(response: Response): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.length;
    if (bytes > MAX_TEXT_BYTES) break;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Lets go of a response whose body says nothing that is needed. */
export async function discard(response: Response): Promise<void> {
  await response.body?.cancel();
}

/** Returns the header of a range. */
export function rangeHeader(
  range: CheckedRange | undefined,
): Record<string, string> {
  if (range === undefined) return {};
  const { offset, length } = range;
  // A last byte beyond those that a number can count is none.
  const last = offset + length - 1;
  return {
    range: `bytes=${offset}-${Number.isSafeInteger(last) ? last : ""}`,
  };
}

/** What the headers of a response say about an object. */
export function detailsOf(
  key: string,
  headers: Headers,
  size: number,
): ObjectDetails {
  const modified = Date.parse(headers.get("last-modified") ?? "");
  return {
    key,
    size,
    etag: plainEtag(headers.get("etag") ?? ""),
    contentType: headers.get("content-type") ?? "application/octet-stream",
    modifiedAt: Number.isNaN(modified) ? 0 : modified,
  };
}

/** Returns an etag as it is without the quotes of HTTP. */
export function plainEtag(etag: string): string {
  return etag.replace(/^W\//, "").replace(/^"(.*)"$/s, "$1");
}

/** Returns the object that a response to a get begins to send. */
export function openedBy(
  key: string,
  range: CheckedRange | undefined,
  response: Response,
): OpenedObject {
  const { headers, status } = response;
  const length = wholeNumber(headers.get("content-length"));
  const part = headers.get("content-range")?.match(/^bytes (\d+)-\d+\/(\d+)$/);
  const offset = status === 206 ? wholeNumber(part?.[1]) : 0;
  const size = status === 206 ? wholeNumber(part?.[2]) : length;
  const asked = size === undefined ? undefined : rangeWithin(range, size);
  if (
    length === undefined || offset === undefined || size === undefined ||
    asked?.offset !== offset || asked.length !== length
  ) {
    response.body?.cancel().catch(() => {});
    throw new StorageRefusedError(
      `Cannot get ${key}: the service did not say which part it sends, or sends another than was asked for`,
      "unexpected_range",
      status,
    );
  }
  return {
    details: detailsOf(key, headers, size),
    offset,
    length,
    chunks: streamChunks(response.body),
  };
}

function wholeNumber(text: string | null | undefined): number | undefined {
  return text !== undefined && text !== null && /^\d+$/.test(text)
    ? Number(text)
    : undefined;
}

/** Returns the chunks of a stream; none of no stream. */
export function streamChunks(
  stream: ReadableStream<Uint8Array<ArrayBuffer>> | null,
): Chunks {
  const reader = stream?.getReader();
  return {
    async read() {
      const result = await reader?.read();
      return result?.value ?? null;
    },
    async close(reason) {
      // What has failed has nothing to let go of.
      await reader?.cancel(reason).catch(() => {});
    },
  };
}
