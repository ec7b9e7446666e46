/**
 * The route of stored functions: they are called by name, with JSON.
 *
 * @module
 */
import { CodecError, json, type JsonValue } from "../../codec/mod.ts";
import { afterBody, type Call, type Handle } from "./call.ts";
import { Problem } from "./problem.ts";
import { readBody } from "./read_body.ts";
import { MAX_VALUES } from "./request_fields.ts";
import type { Route } from "./router.ts";

/** The route of stored functions. */
export const FUNCTION_ROUTES: readonly Route<Handle>[] = [
  { method: "POST", path: /^functions\/([^/]+)$/, handle: callFunction },
];

async function callFunction(call: Call): Promise<Response> {
  const { service: { store }, parts: [name = ""] } = call;
  if (!store.hasFunction(name)) {
    throw new Problem("not_found", "There is no such function");
  }
  const input = await inputOf(call);
  const { visitor: { identity } } = await afterBody(call);
  const output = await store.call(name, input, identity, {});
  return output === undefined
    ? new Response(null, { status: 204 })
    : Response.json(output);
}

/** Reads the input: any JSON, or nothing. */
async function inputOf(
  { service: { options, clock }, request, held }: Call,
): Promise<JsonValue | undefined> {
  const { maxBodyBytes: maxBytes, bodyMs, maxJsonDepth: maxDepth } = options;
  const body = await readBody(request, {
    maxBytes,
    maxMs: bodyMs,
    clock,
    held,
  });
  if (body.length === 0) return undefined;
  // A form of another site can send no JSON.
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new Problem(
      "wrong_media_type",
      "The content type must be application/json",
    );
  }
  try {
    return json({ maxBytes, maxDepth, maxValues: MAX_VALUES }).decode(body);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    throw new Problem("bad_request", error.message);
  }
}
