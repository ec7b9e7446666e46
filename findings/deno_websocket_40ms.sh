#!/bin/sh
# Deno 2.9.6 on Linux, `new WebSocket` as a client.
#
# A message of more than 1,024 bytes and less than a TCP segment takes 40 ms, each
# time, if its sender then waits for a reply. The client sets TCP_NODELAY to 0 on
# its socket, and writes the header of such a frame and its payload one after the
# other. The header goes at once; the payload is no full segment, so it waits until
# the header is acknowledged; and the server's kernel delays that, as nobody has
# anything to send back before the payload is there. Up to 1,024 bytes header and
# payload are one write, and the server side (Deno.serve) sets TCP_NODELAY to 1, so
# neither is seen with small messages, nor in the other direction. Over loopback a
# segment has 64 kB, so nearly every message is smaller.
#
# Seen, median of 30 round trips with a reply of 2 bytes:
#   1000 bytes: 0.1 ms
#   4000 bytes: 44 ms
set -eu
command -v npx >/dev/null || { echo "npx is needed" >&2; exit 2; }
[ "$(uname -s)" = Linux ] || { echo "Linux is needed" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >echo.ts <<'TS'
const server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen() {} },
  (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = () => socket.send("ok");
    return response;
  },
);
const socket = new WebSocket(`ws://127.0.0.1:${server.addr.port}/`);
await new Promise((resolve) => socket.onopen = resolve);

async function medianMs(bytes: number): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 30; i++) {
    const start = performance.now();
    const replied = new Promise((resolve) => socket.onmessage = resolve);
    socket.send(new Uint8Array(bytes));
    await replied;
    times.push(performance.now() - start);
  }
  const median = times.sort((a, b) => a - b)[15];
  console.log(`${bytes} bytes: ${median.toFixed(1)} ms`);
  return median;
}

const small = await medianMs(1000);
const larger = await medianMs(4000);
if (small < 20 && larger > 30) {
  console.log("Confirmed: the larger one waits for a delayed acknowledgement");
  Deno.exit(0);
}
console.log("Not confirmed");
Deno.exit(1);
TS
timeout 120 npx -y deno@2.9.6 run --quiet --no-prompt --allow-net=127.0.0.1 \
  --no-config echo.ts
