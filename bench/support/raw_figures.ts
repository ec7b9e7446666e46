/**
 * The raw baselines beside one another: `deno run -A bench/support/raw_figures.ts`,
 * with the options of `deno task ratios`. It measures no code of ours, and is
 * here for the choices that all TCP comparisons rest on:
 *
 * - `…-one-process`: client and server share one event loop. The comparisons
 *   use two processes (on one core, see `one_core.ts`), as the people who use us
 *   do: each side has its own heap, its own collector and its own turns, so that
 *   nothing is gathered into a write because the other side had the loop.
 * - `…-relay`: the server sends bytes back as they arrive instead of message by
 *   message. It is no faster, so the counterpart that does the same work as a
 *   message layer (all of it there, then all of it back) is the best baseline.
 *
 * @module
 */

import type { Comparison, Contest, Entry, Unit } from "../ratios/harness.ts";
import { runCommandLine } from "../ratios/main.ts";
import type { Batch } from "./peers.ts";
import { PeerProcess } from "./peer_process.ts";
import { RawEcho, RawSink } from "./raw_client.ts";
import { RawServer } from "./raw_server.ts";
import * as workloads from "./workloads.ts";

function echo({ bytes, count }: workloads.EchoWorkload): Comparison {
  return compareServers("us", async (twoProcesses, oneProcess, stack) => {
    const payload = workloads.makePayload(bytes);
    const measure = async (port: number, mode: "echo" | "relay") => {
      const peer = stack.use(await RawEcho.connect(port, bytes, mode));
      await workloads.verifyEcho(peer, payload);
      return () => workloads.roundTripMicros(peer, payload, count);
    };
    return {
      ours: await measure(twoProcesses, "echo"),
      baselines: {
        "relay": await measure(twoProcesses, "relay"),
        "one-process": await measure(oneProcess, "echo"),
      },
    };
  });
}

function sink(unit: "MB/s" | "ops/s", batch: Batch): Comparison {
  return compareServers(unit, async (twoProcesses, oneProcess, stack) => {
    const payload = workloads.makePayload(batch.messageBytes);
    const run = unit === "MB/s"
      ? workloads.megabytesPerSecond
      : workloads.messagesPerSecond;
    const measure = async (port: number) => {
      const peer = stack.use(await RawSink.connect(port, batch));
      return () => run(peer, payload);
    };
    return {
      ours: await measure(twoProcesses),
      baselines: { "one-process": await measure(oneProcess) },
    };
  });
}

function compareServers(
  unit: Unit,
  connect: (
    twoProcesses: number,
    oneProcess: number,
    stack: AsyncDisposableStack,
  ) => Promise<Omit<Contest, typeof Symbol.asyncDispose>>,
): Comparison {
  return {
    unit,
    async setup(): Promise<Contest> {
      await using stack = new AsyncDisposableStack();
      const script = new URL("raw_peer.ts", import.meta.url);
      const other = stack.use(await PeerProcess.start(script));
      const own = stack.use(new RawServer());
      const contest = await connect(other.port, own.port, stack);
      const kept = stack.move();
      return {
        ...contest,
        [Symbol.asyncDispose]: () => kept.disposeAsync(),
      };
    },
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
