/**
 * The client as one module, for browsers and Node.
 *
 * @module
 */
import { checkNoArguments } from "../checks/internal.ts";

/**
 * Returns the client as the text of one ECMAScript module without imports, for
 * pages and for Node from 20.16 on: `connectWeb`, `connectNode`, `Requester`,
 * codecs and the errors that they throw. `serveSessions` serves it as
 * `client.js`; write it to a file for a program in Node, or for a bundler.
 *
 * @example
 * ```ts
 * import { clientModule } from "@troupe/troupe/websocket";
 *
 * const text = await clientModule();
 * console.assert(text.includes("export{"));
 * ```
 */
export async function clientModule(): Promise<string> {
  checkNoArguments("clientModule()", arguments);
  // Whoever needs it not does not load it.
  const { BODY } = await import("./client_bundle.ts");
  return BODY;
}

/** Responds with the client. */
export async function clientResponse({ headers }: Request): Promise<Response> {
  const { BODY, ETAG } = await import("./client_bundle.ts");
  const about = {
    "content-type": "text/javascript; charset=utf-8",
    // It is asked for again each time, and sent when it is another one.
    "cache-control": "no-cache",
    etag: ETAG,
  };
  // A compressed response has a weak one.
  const known = headers.get("if-none-match")?.replace(/^W\//, "");
  return known === ETAG
    ? new Response(null, { status: 304, headers: about })
    : new Response(BODY, { headers: about });
}
