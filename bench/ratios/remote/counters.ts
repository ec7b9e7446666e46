/**
 * A counter in another process, told and asked: by Troupe, by gRPC, and between
 * two nodes of Erlang where that is installed. Client and server are on one
 * core, so a figure is the processor time of both.
 *
 * @module
 */

import { ErlangNodes, type NodesMeasure } from "../../support/erlang_nodes.ts";
import { hasErlang } from "../../support/erlang_peer.ts";
import { GrpcCounter } from "../../support/grpc_counter.ts";
import { PeerProcess } from "../../support/peer_process.ts";
import {
  type RemoteCounter,
  TroupeCounter,
} from "../../support/remote_counter.ts";
import { type Comparison, contestant, type Start } from "../harness.ts";

/** Messages, and calls, of a batch: some tenths of a second. */
const COUNTS: Counts = { tell: 50_000, ask: 4_000 };
/** The same where each takes many times as long. */
const GRPC_COUNTS: Counts = { tell: 4_000, ask: 500 };

type Counts = Readonly<Record<NodesMeasure, number>>;
type Measure = (counter: RemoteCounter, count: number) => Promise<number>;

function counter(
  script: string,
  connect: (port: number) => Promise<RemoteCounter>,
  measure: Measure,
  count: number,
): Start {
  return async () => {
    await using stack = new AsyncDisposableStack();
    const server = new URL(`../../support/${script}`, import.meta.url);
    const { port } = stack.use(await PeerProcess.start(server));
    const peer = stack.use(await connect(port));
    await measure(peer, count);
    return contestant(() => measure(peer, count), stack.move());
  };
}

/** Nanoseconds for each message that was told, until all have arrived. */
async function tellNanos(
  counter: RemoteCounter,
  count: number,
): Promise<number> {
  const before = await counter.read();
  const start = performance.now();
  const total = await counter.addAll(count);
  const elapsed = performance.now() - start;
  if (total - before !== count) {
    throw new Error(`Cannot measure: ${total - before} arrived, not ${count}`);
  }
  return elapsed * 1e6 / count;
}

/** Nanoseconds for each request, one after the other. */
async function askNanos(
  counter: RemoteCounter,
  count: number,
): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < count; i++) await counter.read();
  return (performance.now() - start) * 1e6 / count;
}

function compare(
  what: NodesMeasure,
  measure: Measure,
): Comparison {
  const erlang: Start = async () => {
    const nodes = await ErlangNodes.start();
    return contestant(() => nodes.measure(what, COUNTS[what]), nodes);
  };
  return {
    unit: "ns",
    rounds: 9,
    ours: counter(
      "remote_counter.ts",
      TroupeCounter.connect,
      measure,
      COUNTS[what],
    ),
    baselines: {
      grpc: counter(
        "grpc_counter.ts",
        GrpcCounter.connect,
        measure,
        GRPC_COUNTS[what],
      ),
      ...(hasErlang() ? { erlang } : {}),
    },
  };
}

/** One way, pipelined, with a request at the end. */
export const tell: Comparison = compare("tell", tellNanos);
/** There and back, one after the other, within a deadline. */
export const ask: Comparison = compare("ask", askNanos);
