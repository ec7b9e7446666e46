/**
 * The routes of the event stream: one to connect, one to set the topics.
 *
 * @module
 */
import { parseLastEventId, type Position } from "../realtime/position.ts";
import {
  afterBody,
  bodyOf,
  type Call,
  type Handle,
  textField,
} from "./call.ts";
import { Problem } from "./problem.ts";
import type { Route } from "./router.ts";

/** The routes of the event stream. */
export const REALTIME_ROUTES: readonly Route<Handle>[] = [
  { method: "GET", path: /^realtime$/, handle: connect },
  { method: "POST", path: /^realtime$/, handle: setTopics },
];

const HEADERS: Readonly<Record<string, string>> = {
  "content-type": "text/event-stream",
  // Compression, or the buffer of a proxy, would hold events back.
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

async function connect(call: Call): Promise<Response> {
  const { service: { clients, topicsOf }, request, query } = call;
  const from = positionOf(request, query);
  const names = query.getAll("topic");
  // What cannot be followed is refused before there is a client.
  await topicsOf(names, call.visitor);
  if (request.method === "HEAD") {
    return new Response(null, { headers: HEADERS });
  }
  // His session may have ended while the topics were read.
  const { visitor } = await afterBody(call);
  const client = clients.open(visitor, from);
  if (client === undefined) {
    throw new Problem("busy", "There are too many subscribers", {
      headers: { "retry-after": "5" },
    });
  }
  try {
    if (names.length > 0) await client.follow(names, visitor);
  } catch (error) {
    await client.stream.cancel();
    throw error;
  }
  return new Response(client.stream, { headers: HEADERS });
}

async function setTopics(call: Call): Promise<Response> {
  const { service: { clients } } = call;
  const body = await bodyOf(call);
  const names = body.fields["subscriptions"] ?? [];
  if (
    !Array.isArray(names) || !names.every((name) => typeof name === "string")
  ) {
    throw new Problem("bad_request", `"subscriptions" must be texts`);
  }
  const { visitor } = await afterBody(call);
  const client = clients.get(textField(body, "clientId"));
  if (client === undefined) {
    throw new Problem("not_found", "There is no such client, connect again");
  }
  if (!await client.follow(names, visitor)) {
    throw new Problem(
      "forbidden",
      "The client belongs to another identity, connect again",
    );
  }
  return new Response(null, { status: 204 });
}

/** Where a client wants to go on; a browser that reconnects says it last. */
function positionOf(
  request: Request,
  query: URLSearchParams,
): Position | undefined {
  const text = request.headers.get("last-event-id") || query.get("cursor") ||
    "";
  if (text === "") return undefined;
  const position = parseLastEventId(text);
  if (position !== undefined) return position;
  throw new Problem(
    "bad_request",
    "The cursor must be that of an event of this stream",
  );
}
