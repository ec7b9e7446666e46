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

/** How a workload is measured, and where both sides run. */
interface Way {
  readonly run: typeof roundTripMicros;
  readonly cores: Cores;
}

function start(
  workload: EchoWorkload,
  script: string,
  connect: (port: number) => Promise<EchoPeer>,
  { run, cores }: Way,
): Start {
  const payload = makePayload(workload.bytes);
  return async () => {
    await using stack = new AsyncDisposableStack();
    const server = new URL(SUPPORT + script, import.meta.url);
    const { port } = stack.use(await PeerProcess.start(server, [], cores));
    const peer = stack.use(await connect(port));
    await verifyEcho(peer, payload);
    const measure = () => run(peer, payload, workload.count);
    return contestant(measure, stack.move());
  };
}

function echo(
  workload: EchoWorkload,
  rounds: number,
  unit: "us" | "bytes" = "us",
  cores: Cores = "one core",
): Comparison {
  const run = unit === "us" ? roundTripMicros : roundTripHeapBytes;
  const way = { run, cores };
  return {
    unit,
    rounds,
    ours: start(workload, "troupe_server.ts", TroupeEcho.connect, way),
    baselines: {
      raw: start(
        workload,
        "raw_peer.ts",
        (port) => RawEcho.connect(port, workload.bytes, "echo"),
        way,
      ),
    },
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
export const rtt100BTwoCores: Comparison = echo(
  ECHO_100B,
  15,
  "us",
  "two cores",
);
/** 200 KB. */
export const echo200KB: Comparison = echo(ECHO_200KB, 15);
/** 1 MB; its figures depend on which pages the buffers get, so more rounds. */
export const echo1MB: Comparison = echo(ECHO_1MB, 45);
/** What 100 bytes there and back allocate in the client. */
export const heapBytesPerOp: Comparison = echo(ECHO_100B, 6, "bytes");
