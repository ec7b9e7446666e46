import { assertEquals, assertRejects } from "@std/assert";
import { PeerProcess } from "../../bench/support/peer_process.ts";
import { RawEcho, RawSink } from "../../bench/support/raw_client.ts";
import { RawServer } from "../../bench/support/raw_server.ts";
import {
  makePayload,
  messagesPerSecond,
  verifyEcho,
} from "../../bench/support/workloads.ts";

for (const mode of ["echo", "relay"] as const) {
  for (const bytes of [1, 100, 1024 * 1024 + 1]) {
    Deno.test(`a raw ${mode} sends ${bytes} bytes back, again and again`, async () => {
      await using server = new RawServer();
      await using peer = await RawEcho.connect(server.port, bytes, mode);
      await verifyEcho(peer, makePayload(bytes));
      await verifyEcho(peer, makePayload(bytes).reverse());
    });
  }
}

// Sizes that divide the buffers, that do not, and that are larger than them.
for (const messageBytes of [1, 1000, 1024, 300_000]) {
  Deno.test(`a raw sink counts messages of ${messageBytes} bytes`, async () => {
    const batch = { messageBytes, messages: 700 };
    await using server = new RawServer();
    await using peer = await RawSink.connect(server.port, batch);
    // It throws if the server counted another number.
    await messagesPerSecond(peer, makePayload(messageBytes));
    await messagesPerSecond(peer, makePayload(messageBytes));
  });
}

Deno.test("a peer in a process of its own serves, and ends when disposed", async () => {
  const script = new URL("../../bench/support/raw_peer.ts", import.meta.url);
  const server = await PeerProcess.start(script);
  {
    await using peer = await RawEcho.connect(server.port, 100);
    await verifyEcho(peer, makePayload(100));
  }
  await server[Symbol.asyncDispose]();
  await assertRejects(
    () => RawEcho.connect(server.port, 100),
    Deno.errors.ConnectionRefused,
  );
});

Deno.test("a peer that says no port is an error that names it", async () => {
  const script = new URL("../../bench/support/peers.ts", import.meta.url);
  const error = await assertRejects(() => PeerProcess.start(script), Error);
  assertEquals(error.message.includes("peers.ts"), true);
});
