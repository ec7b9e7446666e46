/**
 * The raw baselines beside one another: `deno run -A bench/support/raw_figures.ts`,
 * with the options of `deno task ratios`. It measures no code of ours, and is
 * here for the choices that all TCP comparisons rest on:
 *
 * - `…-one-process`: client and server share one event loop. The comparisons
 *   use two processes (on one core, see `cores.ts`), as the people who use us
 *   do: each side has its own heap, its own collector and its own turns, so that
 *   nothing is gathered into a write because the other side had the loop.
 * - `…-relay`: the server sends bytes back as they arrive instead of message by
 *   message. It is no faster, so the counterpart that does the same work as a
 *   message layer (all of it there, then all of it back) is the best baseline.
 *
 * @module
 */

import {
  type Comparison,
  type Contestant,
  contestant,
  type Entry,
} from "../ratios/harness.ts";
import { runCommandLine } from "../ratios/main.ts";
import type { Batch } from "./peers.ts";
import { PeerProcess } from "./peer_process.ts";
import { RawEcho, RawSink } from "./raw_client.ts";
import { RawServer } from "./raw_server.ts";
import * as workloads from "./workloads.ts";

type Place = "two processes" | "one process";

async function startServer(
  place: Place,
): Promise<AsyncDisposable & { readonly port: number }> {
  if (place === "one process") return new RawServer();
  return await PeerProcess.start(new URL("raw_peer.ts", import.meta.url));
}

function echo({ bytes, count }: workloads.EchoWorkload): Comparison {
  const payload = workloads.makePayload(bytes);
  async function start(
    place: Place,
    mode: "echo" | "relay",
  ): Promise<Contestant> {
    await using stack = new AsyncDisposableStack();
    const { port } = stack.use(await startServer(place));
    const peer = stack.use(await RawEcho.connect(port, bytes, mode));
    await workloads.verifyEcho(peer, payload);
    const measure = () => workloads.roundTripMicros(peer, payload, count);
    return contestant(measure, stack.move());
  }
  return {
    unit: "us",
    ours: () => start("two processes", "echo"),
    baselines: {
      "relay": () => start("two processes", "relay"),
      "one-process": () => start("one process", "echo"),
    },
  };
}

function sink(unit: "MB/s" | "ops/s", batch: Batch): Comparison {
  const payload = workloads.makePayload(batch.messageBytes);
  const run = unit === "MB/s"
    ? workloads.megabytesPerSecond
    : workloads.messagesPerSecond;
  async function start(place: Place): Promise<Contestant> {
    await using stack = new AsyncDisposableStack();
    const { port } = stack.use(await startServer(place));
    const peer = stack.use(await RawSink.connect(port, batch));
    return contestant(() => run(peer, payload), stack.move());
  }
  return {
    unit,
    ours: () => start("two processes"),
    baselines: { "one-process": () => start("one process") },
  };
}

const ECHO_PEERS = ["relay", "one-process"];
const SINK_PEERS = ["one-process"];

const entries: readonly Entry[] = [
  ["raw/echo-100b", ECHO_PEERS, echo(workloads.ECHO_100B)] as const,
  ["raw/echo-200kb", ECHO_PEERS, echo(workloads.ECHO_200KB)] as const,
  ["raw/echo-1mb", ECHO_PEERS, echo(workloads.ECHO_1MB)] as const,
  ["raw/stream-1gb", SINK_PEERS, sink("MB/s", workloads.STREAM_1GB)] as const,
  ["raw/sends-1kb", SINK_PEERS, sink("ops/s", workloads.SENDS_1KB)] as const,
].map(([name, peers, comparison]) => ({
  name,
  peers,
  load: () => Promise.resolve(comparison),
}));

if (import.meta.main) await runCommandLine(entries);
