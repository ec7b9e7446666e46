/**
 * Troupe beside what people use in its place: WebSockets, gRPC, and NATS where
 * it is installed. Each has its server in another process, on the same core.
 *
 * @module
 */

import { GrpcEcho, GrpcSink } from "../../support/grpc_peer.ts";
import { NatsEcho, NatsSink } from "../../support/nats_peer.ts";
import { PeerProcess } from "../../support/peer_process.ts";
import type { Batch, EchoPeer, SinkPeer } from "../../support/peers.ts";
import { hasNats } from "../../support/programs.ts";
import { TroupeEcho } from "../../support/troupe_client.ts";
import { TroupeSink } from "../../support/troupe_sink.ts";
import { WebSocketEcho, WebSocketSink } from "../../support/websocket_peer.ts";
import {
  type EchoWorkload,
  makePayload,
  messagesPerSecond,
  roundTripMicros,
  verifyEcho,
} from "../../support/workloads.ts";
import { type Comparison, contestant, type Start } from "../harness.ts";

/** Fewer round trips than beside raw sockets: the slowest takes ten times as long. */
const ECHO: EchoWorkload = { bytes: 100, count: 3_000 };
/** 32 MB, below what a NATS server holds for a subscriber before it cuts it off. */
const SENDS: Batch = { messageBytes: 1024, messages: 32 * 1024 };

type Connect<T> = (port: number) => Promise<T>;

function start<T extends AsyncDisposable>(
  script: string,
  connect: Connect<T>,
  prepare: (peer: T) => Promise<unknown>,
  measure: (peer: T) => Promise<number>,
): Start {
  return async () => {
    await using stack = new AsyncDisposableStack();
    const server = new URL(`../../support/${script}`, import.meta.url);
    const { port } = stack.use(await PeerProcess.start(server));
    const peer = stack.use(await connect(port));
    await prepare(peer);
    return contestant(() => measure(peer), stack.move());
  };
}

const echoPayload = makePayload(ECHO.bytes);

function echo(script: string, connect: Connect<EchoPeer>): Start {
  return start(
    script,
    connect,
    (peer) => verifyEcho(peer, echoPayload),
    (peer) => roundTripMicros(peer, echoPayload, ECHO.count),
  );
}

const sendPayload = makePayload(SENDS.messageBytes);

function sink(
  script: string,
  connect: (port: number, batch: Batch) => Promise<SinkPeer>,
): Start {
  const run = (peer: SinkPeer) => messagesPerSecond(peer, sendPayload);
  return start(script, (port) => connect(port, SENDS), run, run);
}

const isNatsHere = hasNats();
if (!isNatsHere) {
  console.error("There is no nats-server on the PATH: its rows are left out");
}

/** 100 bytes there and back. */
export const rtt100BBeside: Comparison = {
  unit: "us",
  rounds: 9,
  ours: echo("troupe_server.ts", TroupeEcho.connect),
  baselines: {
    websocket: echo("websocket_peer.ts", WebSocketEcho.connect),
    grpc: echo("grpc_peer.ts", GrpcEcho.connect),
    ...(isNatsHere ? { nats: echo("nats_peer.ts", NatsEcho.connect) } : {}),
  },
};

/** Messages of 1 KB one way, pipelined. */
export const send1KBBeside: Comparison = {
  unit: "ops/s",
  rounds: 9,
  ours: sink("troupe_server.ts", TroupeSink.connect),
  baselines: {
    websocket: sink("websocket_peer.ts", WebSocketSink.connect),
    grpc: sink("grpc_peer.ts", GrpcSink.connect),
    ...(isNatsHere ? { nats: sink("nats_peer.ts", NatsSink.connect) } : {}),
  },
};
