/**
 * The target of `api.yaml`: notes over HTTP.
 *
 * - `GET /notes/7` returns a note as JSON, or 404
 * - `PUT /notes/7` with `{"text":"…"}` stores a note, and returns it
 *
 * Permissions: --allow-net=127.0.0.1
 *
 * Run it: deno run --allow-net=127.0.0.1 examples/load/api_server.ts
 *
 * @module
 */
import "../support/permissions.ts";

const NOTES = 1000;
const notes = new Map<string, string>();
for (let id = 1; id <= NOTES; id++) notes.set(String(id), `note ${id}`);

async function respond(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const id = /^\/notes\/([1-9]\d{0,8})$/.exec(pathname)?.[1];
  const text = id === undefined ? undefined : notes.get(id);
  if (id === undefined || text === undefined) {
    return Response.json({ error: "the note does not exist" }, { status: 404 });
  }
  if (request.method === "GET") return Response.json({ id, text });
  if (request.method !== "PUT") return new Response(null, { status: 405 });
  const { text: changed } = Object(await request.json());
  if (typeof changed !== "string") {
    return Response.json({ error: "text must be a string" }, { status: 400 });
  }
  notes.set(id, changed);
  return Response.json({ id, text: changed });
}

// A load test that is ended by Ctrl-C ends its target itself, by SIGTERM.
if (!Deno.stdin.isTerminal()) Deno.addSignalListener("SIGINT", () => {});
Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`listening on http://127.0.0.1:${port}`),
}, respond);
