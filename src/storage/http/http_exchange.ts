/**
 * Requests to a service, repeated as long as that can help. Each body is in
 * memory, so each request can be repeated.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import { reasonOf } from "../../checks/internal.ts";
import { StorageUnreachableError } from "../storage_errors.ts";
import { delayBeforeRetry, isWorthRepeating } from "./retry_rules.ts";
import type { ResolvedTransfer } from "./transfer_options.ts";

/** A request before it is signed. */
export interface Outgoing {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

/** What a request became. */
export interface Exchange {
  readonly response: Response;
  /**
   * Whether an earlier try got no response, or one that leaves open whether it
   * was carried out.
   */
  readonly isRepeated: boolean;
}

/** Returns the headers with which a request is sent, with its signature. */
export type Signer = (request: Outgoing) => Promise<Headers>;

/** Sends requests, each as often as it takes. */
export class HttpExchange {
  readonly #sign: Signer;
  readonly #options: ResolvedTransfer;

  constructor(sign: Signer, options: ResolvedTransfer) {
    this.#sign = sign;
    this.#options = options;
  }

  /**
   * Sends a request, and returns the last response.
   *
   * @param what What the request is for, such as `"put a/b"`.
   * @throws {StorageUnreachableError} if the last try got none.
   */
  async send(
    what: string,
    request: Outgoing,
    signal: AbortSignal | undefined,
  ): Promise<Exchange> {
    const { retries, backoff, clock } = this.#options;
    for (let attempt = 0;; attempt++) {
      let retryAfter: string | null = null;
      const headers = await this.#sign(request);
      // What is stored is not to be decompressed on its way. It is not signed:
      // proxies change it.
      headers.set("accept-encoding", "identity");
      try {
        const response = await sendOnce(request, headers, signal);
        const isLast = attempt === retries;
        if (isLast || !isWorthRepeating(response.status)) {
          return { response, isRepeated: attempt > 0 };
        }
        retryAfter = response.headers.get("retry-after");
        await response.body?.cancel();
      } catch (cause) {
        signal?.throwIfAborted();
        // Only the network is worth another try.
        if (!(cause instanceof TypeError)) throw cause;
        if (attempt === retries) {
          throw new StorageUnreachableError(
            `Cannot ${what}: ${new URL(request.url).host} gave no response in ${
              attempt + 1
            } tries: ${reasonOf(cause)}`,
            { cause },
          );
        }
      }
      const delayMs = delayBeforeRetry(backoff, attempt, retryAfter);
      await pause(clock, delayMs, signal);
    }
  }
}

async function sendOnce(
  { method, url, body }: Outgoing,
  headers: Headers,
  signal: AbortSignal | undefined,
): Promise<Response> {
  return await fetch(url, {
    method,
    headers,
    redirect: "manual",
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Waits, and rejects with the signal's reason if that aborts. */
async function pause(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = clock.schedule(ms, resolve);
  const onAbort = () => reject(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    await promise;
  } finally {
    timer.cancel();
    signal?.removeEventListener("abort", onAbort);
  }
}
