/**
 * Reads the body of a request: up to a size, within a time, and out of a
 * budget that all requests share.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import type { HeldBytes } from "./body_budget.ts";
import { Problem } from "./problem.ts";

/** The bounds of one body. */
export interface BodyBounds {
  /** Most bytes that it may have. */
  readonly maxBytes: number;
  /** Milliseconds that it may take. */
  readonly maxMs: number;
  /** The source of time. */
  readonly clock: Clock;
  /** What the body takes from the memory of all. */
  readonly held: HeldBytes;
}

/**
 * Reads a whole body.
 *
 * @throws {Problem} as a rejection, if it is too large, too slow or cut off.
 */
export async function readBody(
  request: Request,
  { maxBytes, maxMs, clock, held }: BodyBounds,
): Promise<Uint8Array<ArrayBuffer>> {
  const stated = Number(request.headers.get("content-length") ?? 0);
  if (stated > maxBytes) {
    await request.body?.cancel().catch(() => {});
    throw tooLarge(maxBytes);
  }
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const late = Promise.withResolvers<never>();
  // Whoever reads waits for it; when nobody does, it is of no account.
  late.promise.catch(() => {});
  const timer = clock.schedule(maxMs, () => {
    late.reject(
      new Problem("too_slow", `The body must be here within ${maxMs} ms`, {
        headers: { connection: "close" },
      }),
    );
  });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    while (true) {
      const { done, value } = await Promise.race([reader.read(), late.promise]);
      if (done) return joined(chunks, bytes);
      bytes += value.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      held.take(value.length);
      chunks.push(value);
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    if (error instanceof Problem) throw error;
    throw new Problem("bad_request", "The body is incomplete");
  } finally {
    timer.cancel();
  }
}

/** The problem of a body that has too many bytes. */
export function tooLarge(maxBytes: number): Problem {
  return new Problem(
    "too_large",
    `The body may have at most ${maxBytes} bytes`,
    { headers: { connection: "close" } },
  );
}

function joined(
  chunks: readonly Uint8Array[],
  bytes: number,
): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}
