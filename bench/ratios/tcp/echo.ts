/**
 * Whole messages there and back, over a logical connection and over a bare
 * `Deno.Conn`, each with its server in another process.
 *
 * @module
 */

import { allocatedBytes } from "../../support/allocation.ts";
import type { Cores } from "../../support/cores.ts";
import type { EchoPeer } from "../../support/peers.ts";
import { PeerProcess } from "../../support/peer_process.ts";
import { RawEcho } from "../../support/raw_client.ts";
import type { EchoWay } from "../../support/troupe_server.ts";
import { TroupeTransferEcho } from "../../support/troupe_transfer.ts";
import { TroupeEcho } from "../../support/troupe_client.ts";
import {
  ECHO_100B,
  ECHO_1MB,
  ECHO_200KB,
  type EchoWorkload,
  makePayload,
  roundTripMicros,
  verifyEcho,
} from "../../support/workloads.ts";
import { type Comparison, contestant, type Start } from "../harness.ts";

const SUPPORT = "../../support/";

type Connect = (port: number) => Promise<EchoPeer>;

/** How a workload is measured; what is left out is as usual. */
interface Way {
  /** The unit of the figure. */
  readonly unit?: "us" | "bytes";
  /** Where both sides run. */
  readonly cores?: Cores;
  /** How our side sends. */
  readonly connect?: Connect;
  /** How our server sends back. */
  readonly sendBack?: EchoWay;
}

function echo(
  workload: EchoWorkload,
  rounds: number,
  way: Way = {},
): Comparison {
  const { unit = "us", cores = "one core" } = way;
  const { connect = TroupeEcho.connect, sendBack = "receive" } = way;
  const run = unit === "us" ? roundTripMicros : roundTripHeapBytes;
  const payload = makePayload(workload.bytes);
  const start = (
    script: string,
    args: readonly string[],
    connect: Connect,
  ): Start =>
  async () => {
    await using stack = new AsyncDisposableStack();
    const server = new URL(SUPPORT + script, import.meta.url);
    const { port } = stack.use(await PeerProcess.start(server, args, cores));
    const peer = stack.use(await connect(port));
    await verifyEcho(peer, payload);
    const measure = () => run(peer, payload, workload.count);
    return contestant(measure, stack.move());
  };
  const connectRaw = (port: number) =>
    RawEcho.connect(port, workload.bytes, "echo");
  return {
    unit,
    rounds,
    ours: start("troupe_server.ts", [sendBack], connect),
    baselines: { raw: start("raw_peer.ts", [], connectRaw) },
  };
}

/**
 * Bytes that a round trip allocates on the heap of the client, which is this
 * process; see `allocation.ts` for what counts.
 */
async function roundTripHeapBytes(
  peer: EchoPeer,
  payload: Uint8Array,
  count: number,
): Promise<number> {
  const before = allocatedBytes();
  await roundTripMicros(peer, payload, count);
  return (allocatedBytes() - before) / count;
}

/** 100 bytes. */
export const rtt100B: Comparison = echo(ECHO_100B, 15);
/** 100 bytes, client and server on a core each. */
export const rtt100BTwoCores: Comparison = echo(ECHO_100B, 15, {
  cores: "two cores",
});
/** 200 KB. */
export const echo200KB: Comparison = echo(ECHO_200KB, 15);
/** 1 MB; its figures depend on which pages the buffers get, so more rounds. */
export const echo1MB: Comparison = echo(ECHO_1MB, 45);
/** 1 MB, in buffers that are transferred and come back. */
export const echo1MBTransfer: Comparison = echo(ECHO_1MB, 45, {
  connect: TroupeTransferEcho.connect,
  sendBack: "transfer",
});
/** What 100 bytes there and back allocate in the client. */
export const heapBytesPerOp: Comparison = echo(ECHO_100B, 6, { unit: "bytes" });
