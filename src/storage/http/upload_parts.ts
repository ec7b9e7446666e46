/**
 * Sends the parts of an object, some of them at once.
 *
 * @module
 */
import type { Part, PartReader } from "./part_reader.ts";

/** How parts are sent. */
export interface UploadPartsOptions {
  /** The first one, which was read to see whether there are others. */
  readonly first: Part;
  /** The most that are sent at once. */
  readonly parallel: number;
  readonly signal: AbortSignal | undefined;
  readonly send: (part: Part, signal: AbortSignal) => Promise<void>;
}

/**
 * Sends all parts, and resolves when all were sent. A part is read when there
 * is room to send it. When one fails, the others are given up, and it rejects
 * when none is under way any more.
 */
export async function uploadParts(
  parts: PartReader,
  { first, parallel, signal, send }: UploadPartsOptions,
): Promise<void> {
  const failed = new AbortController();
  const either = signal === undefined
    ? failed.signal
    : AbortSignal.any([signal, failed.signal]);
  const running = new Set<Promise<void>>();
  const start = (part: Part): void => {
    const sending = send(part, either)
      .catch((error) => failed.abort(error))
      .finally(() => running.delete(sending));
    running.add(sending);
  };
  try {
    start(first);
    for (let { isLast } = first; !isLast;) {
      if (running.size >= parallel) await Promise.race(running);
      either.throwIfAborted();
      const part = await parts.next();
      either.throwIfAborted();
      start(part);
      isLast = part.isLast;
    }
  } catch (error) {
    failed.abort(error);
  }
  await Promise.all(running);
  either.throwIfAborted();
}
