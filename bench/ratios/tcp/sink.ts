/**
 * Messages one way, over a logical connection and over a bare `Deno.Conn`, each
 * with its server in another process. The other half takes message by message
 * and answers once, after the last one.
 *
 * @module
 */

import { PeerProcess } from "../../support/peer_process.ts";
import type { Batch, SinkPeer } from "../../support/peers.ts";
import { RawSink } from "../../support/raw_client.ts";
import type { SinkWay } from "../../support/troupe_server.ts";
import { TroupeBatchSink } from "../../support/troupe_batch_sink.ts";
import { TroupeSink } from "../../support/troupe_sink.ts";
import { TroupeTransferSink } from "../../support/troupe_transfer.ts";
import {
  makePayload,
  megabytesPerSecond,
  messagesPerSecond,
  SENDS_1KB,
  STREAM_1GB,
} from "../../support/workloads.ts";
import { type Comparison, contestant, type Start } from "../harness.ts";

type Connect = (port: number, batch: Batch) => Promise<SinkPeer>;

/** How our side sends, and how its server takes. */
interface Ways {
  readonly connect: Connect;
  readonly take: SinkWay;
}

const ORDINARY: Ways = { connect: TroupeSink.connect, take: "receive" };

function sink(
  unit: "MB/s" | "ops/s",
  batch: Batch,
  { connect, take }: Ways = ORDINARY,
): Comparison {
  const payload = makePayload(batch.messageBytes);
  const run = unit === "MB/s" ? megabytesPerSecond : messagesPerSecond;
  const start = (
    script: string,
    args: readonly string[],
    connect: Connect,
  ): Start =>
  async () => {
    await using stack = new AsyncDisposableStack();
    const server = new URL(`../../support/${script}`, import.meta.url);
    const { port } = stack.use(await PeerProcess.start(server, args));
    const peer = stack.use(await connect(port, batch));
    return contestant(() => run(peer, payload), stack.move());
  };
  return {
    unit,
    ours: start("troupe_server.ts", [take], connect),
    baselines: { raw: start("raw_peer.ts", [], RawSink.connect) },
  };
}

/** 1 GB in messages of 1 MB. */
export const stream1GB: Comparison = sink("MB/s", STREAM_1GB);
/** The same, in buffers that are transferred and come back. */
export const stream1GBTransfer: Comparison = sink("MB/s", STREAM_1GB, {
  connect: TroupeTransferSink.connect,
  take: "receive",
});
/** Messages of 1 KB, pipelined; the baseline gathers them by hand. */
export const send1KB: Comparison = sink("ops/s", SENDS_1KB);
/** The same, many a call; whoever takes them keeps the memory. */
export const send1KBBatches: Comparison = sink("ops/s", SENDS_1KB, {
  connect: TroupeBatchSink.connect,
  take: "batches",
});
/** The same, many a call; whoever takes them gives the memory back. */
export const send1KBGivenBack: Comparison = sink("ops/s", SENDS_1KB, {
  connect: TroupeBatchSink.connect,
  take: "given_back",
});
