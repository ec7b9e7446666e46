/**
 * Requests and responses as they cross between threads.
 *
 * @module
 */
import type { RequestInfo } from "../access/access.ts";
import { Problem } from "../http/problem.ts";
import type { ForwardedRequest, ForwardedResponse } from "./calls.ts";

/** Methods that no `Request` may have which a program makes. */
const FORBIDDEN: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);

/**
 * Refuses a request that cannot be made again in another thread.
 *
 * @throws {Problem} if it is one.
 */
export function assertForwardable({ method }: Request): void {
  if (!FORBIDDEN.has(method.toUpperCase())) return;
  throw new Problem("wrong_method", `The method must not be ${method}`);
}

/** Returns a request as another thread gets it. */
export function forwarded(
  { method, url, headers }: Request,
  info: RequestInfo | undefined,
  body?: Uint8Array<ArrayBuffer>,
): ForwardedRequest {
  const address = info?.remoteAddr;
  const client = address !== undefined && "hostname" in address
    ? address.hostname
    : undefined;
  return { method, url, headers: [...headers], client, body };
}

/** Returns the request that another thread has forwarded. */
export function requestOf(
  { method, url, headers, client, body }: ForwardedRequest,
): { readonly request: Request; readonly info: RequestInfo } {
  const request = new Request(url, {
    method,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
    ...(body === undefined ? {} : { body }),
  });
  const info = client === undefined ? {} : {
    remoteAddr: { transport: "tcp", hostname: client, port: 0 } as const,
  };
  return { request, info };
}

/** Returns a response as another thread gets it. */
export async function forwardedResponse(
  response: Response,
): Promise<ForwardedResponse> {
  const { status, headers, body } = response;
  return {
    status,
    headers: [...headers],
    body: body === null ? undefined : await response.arrayBuffer(),
  };
}

/** Returns the response of another thread. */
export function responseOf(
  { status, headers, body }: ForwardedResponse,
): Response {
  return new Response(body ?? null, {
    status,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
  });
}
