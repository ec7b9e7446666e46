/**
 * The body of a request as it comes, where it may be long: it has to go on.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import type { ByteSource } from "../files/file_source.ts";
import { Problem } from "./problem.ts";
import { tooLarge } from "./read_body.ts";

/** Bytes with which a body earns a further second. */
const BYTES_A_SECOND = 65_536;

/** The bounds of a body that may be long. */
export interface BodySourceBounds {
  /** Milliseconds that it has at first. */
  readonly maxMs: number;
  /** The source of time. */
  readonly clock: Clock;
  /** Most bytes that it may have. */
  readonly maxBytes: number;
}

/**
 * Returns the bytes of a body. It has so many milliseconds, and a second more for
 * each 64 KiB that have come. Dispose it when it was read or is given up.
 */
export function bodySource(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  { maxMs, clock, maxBytes }: BodySourceBounds,
): ByteSource & Disposable {
  const reader = body.getReader();
  const started = clock.now();
  const late = Promise.withResolvers<never>();
  late.promise.catch(() => {});
  let bytes = 0;
  let isDone = false;
  const endsAt = () => started + maxMs + bytes / BYTES_A_SECOND * 1000;
  const watch = () => {
    const left = endsAt() - clock.now();
    if (left > 0) return clock.schedule(left, () => timer = watch());
    late.reject(
      new Problem(
        "too_slow",
        `The body must be here within ${maxMs} ms, and a second more for each ${BYTES_A_SECOND} bytes`,
        { headers: { connection: "close" } },
      ),
    );
    return undefined;
  };
  let timer = watch();
  const cancel = (reason: unknown) => {
    timer?.cancel();
    if (!isDone) reader.cancel(reason).catch(() => {});
    isDone = true;
  };
  return {
    async read() {
      let result: ReadableStreamReadResult<Uint8Array<ArrayBuffer>>;
      try {
        result = await Promise.race([reader.read(), late.promise]);
      } catch (error) {
        if (error instanceof Problem) throw error;
        throw new Problem("bad_request", "The body is incomplete");
      }
      if (result.done) {
        isDone = true;
        return null;
      }
      bytes += result.value.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      return result.value;
    },
    cancel,
    [Symbol.dispose]: () => cancel(undefined),
  };
}
