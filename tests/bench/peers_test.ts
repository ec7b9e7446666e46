import { assertEquals } from "@std/assert";
import { GrpcEcho, GrpcSink } from "../../bench/support/grpc_peer.ts";
import { NatsEcho, NatsSink } from "../../bench/support/nats_peer.ts";
import { PeerProcess } from "../../bench/support/peer_process.ts";
import type { Batch, EchoPeer, SinkPeer } from "../../bench/support/peers.ts";
import { hasNats } from "../../bench/support/programs.ts";
import { takenOf, Tally } from "../../bench/support/tally.ts";
import { TroupeBatchSink } from "../../bench/support/troupe_batch_sink.ts";
import { TroupeEcho } from "../../bench/support/troupe_client.ts";
import { TroupeSink } from "../../bench/support/troupe_sink.ts";
import {
  TroupeTransferEcho,
  TroupeTransferSink,
} from "../../bench/support/troupe_transfer.ts";
import type { SinkWay } from "../../bench/support/troupe_server.ts";
import {
  WebSocketEcho,
  WebSocketSink,
} from "../../bench/support/websocket_peer.ts";
import {
  makePayload,
  messagesPerSecond,
  verifyEcho,
} from "../../bench/support/workloads.ts";
import { bounded } from "../support/net.ts";

interface Peer {
  readonly script: string;
  echo(port: number): Promise<EchoPeer>;
  sink(port: number, batch: Batch): Promise<SinkPeer>;
}

const peers: Record<string, Peer> = {
  troupe: {
    script: "troupe_server.ts",
    echo: TroupeEcho.connect,
    sink: TroupeSink.connect,
  },
  websocket: {
    script: "websocket_peer.ts",
    echo: WebSocketEcho.connect,
    sink: WebSocketSink.connect,
  },
  grpc: {
    script: "grpc_peer.ts",
    echo: GrpcEcho.connect,
    sink: GrpcSink.connect,
  },
  nats: {
    script: "nats_peer.ts",
    echo: NatsEcho.connect,
    sink: NatsSink.connect,
  },
};

for (const [name, { script, echo, sink }] of Object.entries(peers)) {
  const ignore = name === "nats" && !hasNats();
  const options = { ...bounded, ignore };
  const start = () =>
    PeerProcess.start(
      new URL(`../../bench/support/${script}`, import.meta.url),
    );

  Deno.test(
    `${name} sends every byte back, again and again`,
    options,
    async () => {
      await using server = await start();
      await using peer = await echo(server.port);
      await verifyEcho(peer, makePayload(100));
      await verifyEcho(peer, makePayload(100).reverse());
    },
  );

  Deno.test(`${name} counts the messages of each batch`, options, async () => {
    await using server = await start();
    await using peer = await sink(server.port, {
      messageBytes: 1024,
      messages: 2000,
    });
    // It throws if the server counted another number.
    await messagesPerSecond(peer, makePayload(1024));
    await messagesPerSecond(peer, makePayload(1024));
  });
}

for (const way of ["receive", "batches", "given_back"] satisfies SinkWay[]) {
  Deno.test(
    `a server that takes by ${way} counts what sendAll sends`,
    bounded,
    async () => {
      const script = new URL(
        "../../bench/support/troupe_server.ts",
        import.meta.url,
      );
      await using server = await PeerProcess.start(script, [way]);
      await using peer = await TroupeBatchSink.connect(server.port, {
        messageBytes: 1024,
        messages: 2000,
      });
      // It throws if the server counted another number.
      await messagesPerSecond(peer, makePayload(1024));
      await messagesPerSecond(peer, makePayload(1024));
    },
  );
}

Deno.test(
  "transferred messages come back, again and again",
  bounded,
  async () => {
    const script = new URL(
      "../../bench/support/troupe_server.ts",
      import.meta.url,
    );
    await using server = await PeerProcess.start(script, ["transfer"]);
    await using echo = await TroupeTransferEcho.connect(server.port);
    for (const bytes of [100, 300_000, 1024 * 1024]) {
      const payload = makePayload(bytes);
      for (let i = 0; i < 5; i++) await verifyEcho(echo, payload);
      await verifyEcho(echo, makePayload(bytes).reverse());
    }
    await using sink = await TroupeTransferSink.connect(server.port, {
      messageBytes: 1024 * 1024,
      messages: 20,
    });
    // It throws if the server counted another number.
    await messagesPerSecond(sink, makePayload(1024 * 1024));
    await messagesPerSecond(sink, makePayload(1024 * 1024));
  },
);

Deno.test(
  "connections of one TroupeEcho share its socket",
  bounded,
  async () => {
    const script = new URL(
      "../../bench/support/troupe_server.ts",
      import.meta.url,
    );
    await using server = await PeerProcess.start(script);
    await using first = await TroupeEcho.connect(server.port);
    const second = await first.another();
    await verifyEcho(second, makePayload(100));
    await verifyEcho(first, makePayload(100));
  },
);

Deno.test("a tally answers after each batch, with the number of messages", () => {
  const tally = new Tally(2);
  const message = new Uint8Array([7]);
  assertEquals(tally.take(message), undefined);
  const answer = tally.take(message) ?? new Uint8Array(8);
  assertEquals(takenOf(answer), 2);
  assertEquals(tally.take(message), undefined);
  assertEquals(tally.take(message), answer);
});
