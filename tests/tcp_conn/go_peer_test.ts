// A peer that is not ours: a program in Go that knows the wire and none of our
// code. Another implementation, such as one over the Go package itself, takes
// its place when TCP_CONN_PEER names a program with the same arguments; see
// go_peer/main.go.
import { assertEquals } from "@std/assert";
import { TextLineStream } from "@std/streams";
import { ActorSystem } from "../../src/actor/system.ts";
import type { TcpConnConnection } from "../../src/tcp_conn/connection.ts";
import { listenTcpConn } from "../../src/tcp_conn/listener.ts";
import { TcpConnPool } from "../../src/tcp_conn/pool.ts";
import { pattern, sha256 } from "../support/bytes.ts";
import { bounded } from "../support/net.ts";
import { echo, uuid } from "./support.ts";

/** Milliseconds that a build may take, on a machine that has never built. */
const BUILD_MS = 90_000;

const given = Deno.env.get("TCP_CONN_PEER");

/** Whether there is a compiler; a machine without one skips these tests. */
async function isGoHere(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("go", { args: ["version"] })
      .output();
    return success;
  } catch {
    return false;
  }
}

/** What says why these tests are skipped, if they are. */
const SKIPPED = given === undefined && !await isGoHere()
  ? "(skipped: no `go` here, install golang-go) "
  : "";

async function build(directory: string): Promise<string> {
  const path = `${directory}/peer`;
  const { success, stderr } = await new Deno.Command("go", {
    args: ["build", "-o", path, "."],
    cwd: new URL("go_peer/", import.meta.url),
    // Everything it needs is here: it is to ask no one.
    env: { GOPROXY: "off", GOFLAGS: "-mod=mod", GOCACHE: `${directory}/cache` },
    signal: AbortSignal.timeout(BUILD_MS),
  }).output();
  if (success) return path;
  throw new Error(`Cannot build the peer: ${new TextDecoder().decode(stderr)}`);
}

let directory: string | undefined;
let built: Promise<string> | undefined;

function peerProgram(): Promise<string> {
  if (given !== undefined) return Promise.resolve(given);
  directory ??= Deno.makeTempDirSync();
  return built ??= build(directory);
}

Deno.test.afterAll(async () => {
  if (directory !== undefined) {
    await Deno.remove(directory, { recursive: true });
  }
});

/** A Go peer that listens, until the end of the test. */
async function goListener(
  ids: readonly string[],
): Promise<{ address: { port: number } } & AsyncDisposable> {
  const child = new Deno.Command(await peerProgram(), {
    args: ["listen", ...ids],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream()).getReader();
  const { value } = await lines.read();
  return {
    address: { port: Number(value) },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await lines.cancel();
      await child.status;
    },
  };
}

/** What a Go peer says that dials us and sends, to have all of it back. */
async function goDials(
  port: number,
  count: number,
  size: number,
  ids: readonly string[],
): Promise<string> {
  const { stdout } = await new Deno.Command(await peerProgram(), {
    args: ["dial", `127.0.0.1:${port}`, `${count}`, `${size}`, ...ids],
    stderr: "inherit",
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

interface GoTest extends AsyncDisposable {
  readonly system: ActorSystem;
}

function goTest(name: string, run: (test: GoTest) => Promise<void>): void {
  Deno.test({
    name: SKIPPED + name,
    ignore: SKIPPED !== "",
    // The first of them builds.
    timeout: bounded.timeout + BUILD_MS,
    async fn() {
      const system = new ActorSystem();
      await using test = {
        system,
        [Symbol.asyncDispose]: async () => void await system.shutdown(),
      };
      await run(test);
    },
  });
}

async function exchange(
  connection: TcpConnConnection,
  sizes: readonly number[],
): Promise<void> {
  for (const [i, size] of sizes.entries()) {
    const message = pattern(size, i);
    await connection.send(message);
    assertEquals(sha256(await connection.receive()), sha256(message));
  }
}

goTest(
  "we dial a peer in Go: messages of any size come back",
  async ({ system }) => {
    const id = uuid(1);
    await using go = await goListener([id]);
    await using pool = new TcpConnPool(system);
    const connection = await pool.connect(go.address, { id });
    await exchange(connection, [
      1,
      65_535,
      65_536,
      65_537,
      1_000_000,
      16_777_216,
      5,
    ]);
  },
);

goTest(
  "we dial a peer in Go: a hundred ids share a socket",
  async ({ system }) => {
    const ids = Array.from({ length: 100 }, (_, n) => uuid(n));
    await using go = await goListener(ids);
    await using pool = new TcpConnPool(system);
    const connections = await Promise.all(
      ids.map((id) => pool.connect(go.address, { id })),
    );
    await Promise.all(
      connections.map((one) => exchange(one, [10, 200_000, 70_000])),
    );
    assertEquals(pool.stats().dials, 1);
  },
);

goTest(
  "we dial a peer in Go: an id that it does not use holds up no other",
  async ({ system }) => {
    const id = uuid(1);
    await using go = await goListener([id]);
    await using pool = new TcpConnPool(system);
    const nobody = await pool.connect(go.address, { id: uuid(2) });
    const somebody = await pool.connect(go.address, { id });
    await nobody.send(pattern(500_000));
    await exchange(somebody, [300_000]);
  },
);

goTest(
  "we dial a peer in Go: it goes, and the next connect finds another",
  async ({ system }) => {
    const id = uuid(1);
    await using pool = new TcpConnPool(system);
    const first = await goListener([id]);
    const connection = await pool.connect(first.address, { id });
    await exchange(connection, [10]);
    await first[Symbol.asyncDispose]();
    await connection.closed;
    await using go = await goListener([id]);
    await exchange(await pool.connect(go.address, { id }), [10]);
  },
);

for (
  const [what, ids, count, size] of [
    ["one id", 1, 100, 1000],
    ["fifty ids at once", 50, 20, 70_000],
    ["the largest messages", 2, 3, 16_777_216],
  ] as const
) {
  goTest(`a peer in Go dials us: ${what}`, async ({ system }) => {
    await using listener = listenTcpConn(system, { port: 0, serve: echo });
    const said = await goDials(
      listener.address.port,
      count,
      size,
      Array.from({ length: ids }, (_, n) => uuid(n)),
    );
    assertEquals(said, "ok");
    assertEquals(listener.stats().accepted, 1);
    assertEquals(listener.stats().droppedBytes, 0);
  });
}
