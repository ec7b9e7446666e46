/**
 * Sends the requests of Azure's client by `fetch`.
 *
 * The client would use `node:http`, whose sockets in Deno raise errors that
 * nobody can catch when a request was given up and the service goes away.
 *
 * @module
 */
import { Readable } from "node:stream";
import type {
  HttpHeaders,
  HttpOperationResponse,
  IHttpClient,
  WebResource,
} from "@azure/storage-blob";

/** Sends one request after another; it has no state. */
export const azureFetch: IHttpClient = {
  async sendRequest(request: WebResource): Promise<HttpOperationResponse> {
    const { url, method, body, streamResponseStatusCodes } = request;
    const headers = new Headers(request.headers.rawHeaders());
    // What is stored is not to be decompressed on its way.
    headers.set("accept-encoding", "identity");
    headers.delete("content-length");
    const abort = linkAbort(request);
    try {
      const response = await fetch(url, {
        method,
        headers,
        redirect: "manual",
        signal: abort.signal,
        ...(isBody(body) ? { body } : {}),
      });
      const { status } = response;
      const received = {
        request,
        status,
        headers: headersLike(request.headers, response.headers),
      };
      // Infinity stands for every status.
      const isStream = streamResponseStatusCodes?.has(status) === true ||
        streamResponseStatusCodes?.has(Infinity) === true;
      if (!isStream) {
        const bodyAsText = await response.text();
        abort.unlink();
        return { ...received, bodyAsText };
      }
      const readable = response.body === null
        ? Readable.from([])
        : Readable.from(response.body, { objectMode: false });
      // The client takes its listeners away before it destroys the stream.
      readable.on("error", () => {});
      readable.once("close", () => abort.unlink());
      return { ...received, readableStreamBody: readable };
    } catch (error) {
      abort.unlink();
      throw error;
    }
  },
};

function isBody(body: unknown): body is string | Uint8Array<ArrayBuffer> {
  return typeof body === "string" || body instanceof Uint8Array;
}

/** Returns a signal that aborts with that of a request. */
function linkAbort(
  { abortSignal }: WebResource,
): { readonly signal: AbortSignal; unlink(): void } {
  const controller = new AbortController();
  const onAbort = () => controller.abort();
  if (abortSignal?.aborted) onAbort();
  abortSignal?.addEventListener("abort", onAbort);
  return {
    signal: controller.signal,
    unlink: () => abortSignal?.removeEventListener("abort", onAbort),
  };
}

/** Returns headers in the form of the client, which has no constructor. */
function headersLike(form: HttpHeaders, headers: Headers): HttpHeaders {
  const like = form.clone();
  for (const name of like.headerNames()) like.remove(name);
  for (const [name, value] of headers) like.set(name, value);
  return like;
}
