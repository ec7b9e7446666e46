/**
 * Requests to a service, repeated as long as that can help. Each body is in
 * memory, so each request can be repeated. So one may be carried out that got no
 * response, and Deno's `fetch` repeats some by itself.
 *
 * @module
 */
import { reasonOf } from "../../checks/internal.ts";
import { permissionError } from "../known_errors.ts";
import { StorageUnreachableError } from "../storage_errors.ts";
import { isWorthRepeating } from "./retry_rules.ts";
import { Again, retrying } from "./retrying.ts";
import type { ResolvedTransfer } from "./transfer_options.ts";

/** A request before it is signed. */
export interface Outgoing {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
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
  ): Promise<Response> {
    return await retrying<Response>(this.#options, signal, async (tries) => {
      const headers = await this.#sign(request);
      // What is stored is not to be decompressed on its way. It is not signed:
      // proxies change it.
      headers.set("accept-encoding", "identity");
      try {
        const response = await sendOnce(request, headers, signal);
        if (!isWorthRepeating(response.status)) return response;
        if (tries < this.#options.retries) await response.body?.cancel();
        return new Again(response.headers.get("retry-after"), () => response);
      } catch (cause) {
        signal?.throwIfAborted();
        if (cause instanceof Deno.errors.NotCapable) {
          throw permissionError(what, cause);
        }
        return new Again<Response>(null, () => {
          throw unreachableError(what, request.url, tries + 1, cause);
        });
      }
    });
  }
}

/** The error of a service that gave no response. */
export function unreachableError(
  what: string,
  url: string,
  tries: number,
  cause: unknown,
): StorageUnreachableError {
  return new StorageUnreachableError(
    `Cannot ${what}: ${new URL(url).host} gave no response in ${tries} tries: ${
      reasonOf(cause)
    }`,
    { cause },
  );
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
