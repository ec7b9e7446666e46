/**
 * What it costs to share: a round trip over the second logical connection of a
 * socket beside one over the first.
 *
 * The two contestants have one pool, one socket and one server between them.
 * With one each, the comparison would be of two processes, which differ by more
 * than the two connections do.
 *
 * @module
 */

import { PeerProcess } from "../../support/peer_process.ts";
import { TroupeEcho } from "../../support/troupe_client.ts";
import {
  ECHO_100B,
  makePayload,
  roundTripMicros,
  verifyEcho,
} from "../../support/workloads.ts";
import { type Comparison, contestant, type Start } from "../harness.ts";

/** Both connections, and what ends with them. */
interface Shared {
  readonly echoes: readonly [first: TroupeEcho, second: TroupeEcho];
  readonly resources: AsyncDisposable;
}

let shared: Promise<Shared> | undefined;
let users = 0;

async function open(): Promise<Shared> {
  await using stack = new AsyncDisposableStack();
  const script = new URL("../../support/troupe_server.ts", import.meta.url);
  const { port } = stack.use(await PeerProcess.start(script));
  const first = stack.use(await TroupeEcho.connect(port));
  const second = await first.another();
  return { echoes: [first, second], resources: stack.move() };
}

/** Ends what is shared when the last contestant does. */
async function leave(): Promise<void> {
  if (--users > 0) return;
  const last = shared;
  shared = undefined;
  await (await last)?.resources[Symbol.asyncDispose]();
}

function start(index: 0 | 1): Start {
  const { bytes, count } = ECHO_100B;
  const payload = makePayload(bytes);
  return async () => {
    await using stack = new AsyncDisposableStack();
    users++;
    stack.defer(leave);
    const echo = (await (shared ??= open())).echoes[index];
    await verifyEcho(echo, payload);
    const measure = () => roundTripMicros(echo, payload, count);
    return contestant(measure, stack.move());
  };
}

/** The second connection beside the first. */
export const poolOverhead: Comparison = {
  unit: "us",
  rounds: 30,
  ours: start(1),
  baselines: { first: start(0) },
};
