#!/bin/sh
# Deno 2.9.6, beside Node 20.
#
# `fetch` sends a POST a second time, by itself, if the server closes the
# connection before it responds and the connection had served a request before.
# The server has had all of the first one by then, and may have acted on it: an
# order is placed twice, and the caller sees one response, or one error. On a
# connection that is new it is sent once, so what a test does first never shows
# it. Node sends it once in both cases, and so do browsers for what is not safe to
# repeat. A service that must know needs a key in the request that it compares;
# a request that is conditional (`If-None-Match: *`) may meet its own first try.
#
# Seen:
#   Deno, new connection: POST arrived 1 time, fetch failed
#   Deno, kept connection: POST arrived 2 times, fetch returned 200
#   Node, new connection: POST arrived 1 time, fetch failed
#   Node, kept connection: POST arrived 1 time, fetch failed
set -eu
command -v npx >/dev/null || { echo "npx is needed" >&2; exit 2; }
script=$(realpath "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >seen.mjs <<'JS'
import { createServer } from "node:net";

// Responds to each request, but for the first POST to /order, which it has whole
// when it closes the connection.
let orders = 0;
const server = createServer((socket) => {
  let text = "";
  socket.on("error", () => {});
  socket.on("data", (data) => {
    text += data;
    const end = text.indexOf("\r\n\r\n");
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
    if (end < 0 || text.length < end + 4 + length) return;
    const isOrder = text.startsWith("POST /order ");
    text = "";
    if (isOrder && ++orders === 1) return socket.end();
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const base = `http://127.0.0.1:${server.address().port}`;
const post = async (path) => {
  const response = await fetch(base + path, { method: "POST", body: "one please" });
  await response.text();
  return response.status;
};
for (const kind of ["new", "kept"]) {
  orders = 0;
  if (kind === "kept") await post("/hello");
  const outcome = await post("/order").then((status) => `returned ${status}`, () => "failed");
  console.log(
    `${globalThis.Deno ? "Deno" : "Node"}, ${kind} connection: POST arrived ${orders} time${
      orders === 1 ? "" : "s"
    }, fetch ${outcome}`,
  );
}
process.exit(0);
JS
{
  timeout 100 npx -y deno@2.9.6 run --quiet --no-config --allow-net=127.0.0.1 seen.mjs
  timeout 30 node seen.mjs
} >seen
cat seen
sed -n 's/^#   //p' "$script" >expected
diff expected seen
