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
import { TroupeSink } from "../../support/troupe_sink.ts";
import {
  makePayload,
  megabytesPerSecond,
  messagesPerSecond,
  SENDS_1KB,
  STREAM_1GB,
} from "../../support/workloads.ts";
import { type Comparison, contestant, type Start } from "../harness.ts";

function sink(unit: "MB/s" | "ops/s", batch: Batch): Comparison {
  const payload = makePayload(batch.messageBytes);
  const run = unit === "MB/s" ? megabytesPerSecond : messagesPerSecond;
  const start = (
    script: string,
    connect: (port: number, batch: Batch) => Promise<SinkPeer>,
  ): Start =>
  async () => {
    await using stack = new AsyncDisposableStack();
    const server = new URL(`../../support/${script}`, import.meta.url);
    const { port } = stack.use(await PeerProcess.start(server));
    const peer = stack.use(await connect(port, batch));
    return contestant(() => run(peer, payload), stack.move());
  };
  return {
    unit,
    ours: start("troupe_server.ts", TroupeSink.connect),
    baselines: { raw: start("raw_peer.ts", RawSink.connect) },
  };
}

/** 1 GB in messages of 1 MB. */
export const stream1GB: Comparison = sink("MB/s", STREAM_1GB);
/** Messages of 1 KB, pipelined; the baseline gathers them by hand. */
export const send1KB: Comparison = sink("ops/s", SENDS_1KB);
