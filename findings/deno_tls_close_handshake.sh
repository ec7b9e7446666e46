#!/bin/sh
# Deno 2.9.6 on Linux, Deno.TlsConn.
#
# A connection that is closed in the middle of its TLS handshake keeps its socket.
# The handshake is rejected at once, as one expects, and the connection cannot be
# used any more; but the file descriptor stays open, and the peer sees no end, for
# as long as the peer itself does not end or finish the handshake. So a client that
# gives up on a service which accepts connections and then says nothing has one
# more descriptor after each attempt, with nothing left to close it by: startTls
# has taken the TCP connection. After the peer has ended, the descriptor is given
# back. A TCP connection without TLS is closed at once.
#
# Seen:
#   handshakes rejected: 20 of 20
#   sockets left a second after 20 closes in a handshake: 20
#   sockets left after 20 closes without TLS: 0
#   sockets left after the peers have ended: 0
set -eu
command -v npx >/dev/null || { echo "npx is needed" >&2; exit 2; }
[ "$(uname -s)" = Linux ] || { echo "Linux is needed" >&2; exit 2; }
script=$(realpath "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >close.ts <<'TS'
const ATTEMPTS = 20;
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The sockets of this process. */
function sockets(): number {
  let count = 0;
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      if (Deno.readLinkSync(`/proc/self/fd/${name}`).startsWith("socket:")) {
        count++;
      }
    } catch {
      // The one of the folder itself.
    }
  }
  return count;
}

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const { port } = listener.addr;
let before = 0;

async function attempt(secure: boolean): Promise<[Deno.Conn, boolean]> {
  const accepting = listener.accept();
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const peer = await accepting;
  if (!secure) {
    conn.close();
    return [peer, false];
  }
  const tls = await Deno.startTls(conn, { hostname: "localhost" });
  const ended = tls.handshake().then(() => false, () => true);
  // The client has said hello, and waits.
  await peer.read(new Uint8Array(4096));
  tls.close();
  return [peer, await ended];
}

async function attempts(secure: boolean) {
  const peers: Deno.Conn[] = [];
  let rejected = 0;
  for (let i = 0; i < ATTEMPTS; i++) {
    const [peer, isRejected] = await attempt(secure);
    peers.push(peer);
    if (isRejected) rejected++;
  }
  await wait(1000);
  return { peers, rejected, left: sockets() - before - peers.length };
}

// The runtime opens sockets of its own for the first of each.
for (const secure of [false, true]) {
  const [peer] = await attempt(secure);
  peer.close();
}
await wait(1000);
before = sockets();
const tls = await attempts(true);
for (const peer of tls.peers) peer.close();
await wait(1000);
const ended = sockets() - before;
const tcp = await attempts(false);
for (const peer of tcp.peers) peer.close();
listener.close();
console.log(`handshakes rejected: ${tls.rejected} of ${ATTEMPTS}`);
console.log(
  `sockets left a second after ${ATTEMPTS} closes in a handshake: ${tls.left}`,
);
console.log(
  `sockets left after ${ATTEMPTS} closes without TLS: ${tcp.left + ended}`,
);
console.log(`sockets left after the peers have ended: ${ended}`);
TS
NO_COLOR=1 timeout 60 npx -y deno@2.9.6 run --quiet -A close.ts >seen
cat seen
sed -n 's/^#   //p' "$script" >expected
diff expected seen
