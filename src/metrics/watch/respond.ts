/**
 * The path `watch` of a server of metrics.
 *
 * @module
 */
import { textResponse } from "../../web/internal.ts";
import { parseWatchQuery, type WatchQuery, WatchQueryError } from "./query.ts";
import type { Watching } from "./watching.ts";

/** Responds with a view, which stays live for a while. */
export async function respondToWatch(
  watching: Watching,
  parameters: URLSearchParams,
): Promise<Response> {
  let query: WatchQuery;
  try {
    query = parseWatchQuery(parameters);
  } catch (error) {
    if (!(error instanceof WatchQueryError)) throw error;
    return textResponse(400, error.message);
  }
  if (!watching.offers(query.kind)) {
    return textResponse(404, `This program shows no ${query.kind}`);
  }
  const reply = await watching.ask(query);
  return reply === undefined
    ? textResponse(503, "Too many views are live", { "retry-after": "5" })
    : Response.json(reply, { headers: { "cache-control": "no-store" } });
}
