#!/bin/sh
# Workers of Deno 2.9.6 and those of its node:worker_threads.
#
# A worker that calls Deno.exit() ends alone, and the Worker of its parent raises
# no event: it looks as if it were silent, and messages to it are taken without
# an error. The same under node:worker_threads raises "exit" with its code. A
# Web Lock that the worker held is free at once, so a parent that waits for one
# knows.
#
# Seen:
#   Worker: no event, its lock is free
#   node:worker_threads: exit 3
# Exits with 1 if the first raises an event, or one of the others does not come.
set -eu
command -v npx >/dev/null || { echo "npx is needed" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >web.mjs <<'END'
self.onmessage = ({ data }) => {
  const port = data;
  navigator.locks.request("alive", () => {
    port.onmessage = () => Deno.exit(3);
    port.postMessage("held");
    return new Promise(() => {});
  });
};
END
cat >node.mjs <<'END'
import { parentPort } from "node:worker_threads";
parentPort.on("message", () => Deno.exit(3));
END
cat >main.mjs <<'END'
import { Worker as NodeWorker } from "node:worker_threads";

const events = [];
const note = (event) => {
  event.preventDefault();
  events.push(event.type);
};
const worker = new Worker(new URL("web.mjs", import.meta.url), {
  type: "module",
});
const { port1, port2 } = new MessageChannel();
for (const type of ["error", "message", "messageerror", "close", "exit"]) {
  worker.addEventListener(type, note);
}
const held = new Promise((resolve) => port1.onmessage = resolve);
worker.postMessage(port2, [port2]);
await held;
let isFree = false;
const free = navigator.locks.request("alive", () => void (isFree = true));
port1.postMessage("end");
await Promise.race([free, new Promise((resolve) => setTimeout(resolve, 10_000))]);
await new Promise((resolve) => setTimeout(resolve, 1000));
// Nobody is there, and nothing says so.
worker.postMessage("still there?");
const seen = events.length === 0 ? "no event" : events.join(", ");
console.log(`Worker: ${seen}, its lock is ${isFree ? "free" : "held"}`);

const node = new NodeWorker(new URL("node.mjs", import.meta.url));
const exited = new Promise((resolve) => node.on("exit", resolve));
node.on("online", () => node.postMessage("end"));
node.postMessage("end");
const code = await Promise.race([
  exited,
  new Promise((resolve) => setTimeout(resolve, 10_000, "none")),
]);
console.log(`node:worker_threads: exit ${code}`);
Deno.exit(events.length === 0 && isFree && code === 3 ? 0 : 1);
END
NO_COLOR=1 timeout 120 npx -y deno@2.9.6 run --quiet -A main.mjs
