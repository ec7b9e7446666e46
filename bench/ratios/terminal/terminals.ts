/**
 * Our web terminal beside a bare Deno WebSocket on a bare node-pty, and beside
 * ttyd. Each has its server in another process, on the same core. The program
 * on the terminal is raw `cat`, or one that writes 200 MB.
 *
 * @module
 */

import { barePeer } from "../../support/bare_terminal.ts";
import { PeerProcess } from "../../support/peer_process.ts";
import {
  bulkMegabytesPerSecond,
  echoMicros,
  type TerminalClient,
  type TerminalPeer,
  typeAndThink,
} from "../../support/terminals.ts";
import { troupePeer } from "../../support/troupe_terminal.ts";
import { ttydPeer } from "../../support/ttyd_peer.ts";
import { type Comparison, contestant, type Start } from "../harness.ts";
import { quantile } from "../statistics.ts";

const KEYS = 4_000;
const SESSIONS = 100;
/** Of each session; the percentile is of a hundred times as many. */
const KEYS_OF_EACH = 20;
/** A fast typist. */
const THINK_MS = 100;
/** So little that the keys of all keep one worker busy for most of the time. */
const BUSY_THINK_MS = 40;

type Connect = (port: number) => Promise<TerminalPeer>;
type Measure = (clients: readonly TerminalClient[]) => Promise<number>;

interface Workload {
  readonly program: "echo" | "bulk";
  readonly sessions: number;
  readonly measure: Measure;
}

const ECHO: Workload = {
  program: "echo",
  sessions: 1,
  measure: async ([client]) => await echoMicros(theOne(client), KEYS),
};

const ECHO_100: Workload = {
  program: "echo",
  sessions: SESSIONS,
  measure: (clients) => tailOf(clients, THINK_MS, KEYS_OF_EACH),
};

/** The 99th percentile of the echoes of people who type and think. */
async function tailOf(
  clients: readonly TerminalClient[],
  thinkMs: number,
  keysOfEach: number,
): Promise<number> {
  const times: number[] = [];
  await Promise.all(clients.map((client) => {
    let keys = 0;
    return typeAndThink(
      client,
      thinkMs,
      () => keys++ < keysOfEach,
      (ms) => times.push(ms),
    );
  }));
  return quantile(times, 0.99);
}

const BULK: Workload = {
  program: "bulk",
  sessions: 1,
  measure: async ([client]) => await bulkMegabytesPerSecond(theOne(client)),
};

function theOne(client: TerminalClient | undefined): TerminalClient {
  if (client === undefined) throw new Error("Cannot measure: no session");
  return client;
}

function start(script: string, connect: Connect, workload: Workload): Start {
  return async () => {
    await using stack = new AsyncDisposableStack();
    const server = new URL(`../../support/${script}`, import.meta.url);
    const { port } = stack.use(
      await PeerProcess.start(server, [workload.program]),
    );
    const peer = await connect(port);
    const clients: TerminalClient[] = [];
    for (let i = 0; i < workload.sessions; i++) {
      clients.push(stack.use(await peer.open()));
    }
    return contestant(() => workload.measure(clients), stack.move());
  };
}

const OURS = ["troupe_terminal.ts", troupePeer] as const;
const BARE = ["bare_terminal.ts", barePeer] as const;
const TTYD = ["ttyd_peer.ts", ttydPeer] as const;

/** From a key to its echo, in one session. */
export const echo: Comparison = {
  unit: "us",
  ours: start(...OURS, ECHO),
  baselines: { bare: start(...BARE, ECHO) },
};

/** The 99th percentile of it, with a hundred people who type and think. */
export const echo100: Comparison = {
  unit: "ms",
  ours: start(...OURS, ECHO_100),
  baselines: { bare: start(...BARE, ECHO_100) },
};

/** A program that writes 200 MB. */
export const bulk: Comparison = {
  unit: "MB/s",
  rounds: 9,
  ours: start(...OURS, BULK),
  baselines: { bare: start(...BARE, BULK) },
};

/** As {@linkcode echo}, beside ttyd. */
export const echoTtyd: Comparison = {
  ...echo,
  baselines: { ttyd: start(...TTYD, ECHO) },
};

/** As {@linkcode echo100}, beside ttyd. */
export const echo100Ttyd: Comparison = {
  ...echo100,
  baselines: { ttyd: start(...TTYD, ECHO_100) },
};

/** As {@linkcode bulk}, beside ttyd. */
export const bulkTtyd: Comparison = {
  ...bulk,
  baselines: { ttyd: start(...TTYD, BULK) },
};

/** A hundred sessions on so many workers that share a port. */
function onWorkers(workers: number): Start {
  return async () => {
    await using stack = new AsyncDisposableStack();
    const server = new URL("../../support/cores_terminal.ts", import.meta.url);
    const { port } = stack.use(
      await PeerProcess.start(server, [`${workers}`], "any core"),
    );
    const peer = await troupePeer(port);
    const clients: TerminalClient[] = [];
    for (let i = 0; i < SESSIONS; i++) {
      clients.push(stack.use(await peer.open()));
    }
    return contestant(
      () => tailOf(clients, BUSY_THINK_MS, 2 * KEYS_OF_EACH),
      stack.move(),
    );
  };
}

/** As {@linkcode echo100}, but busier: on two workers, beside one. */
export const echo100Workers: Comparison = {
  ...echo100,
  rounds: 9,
  ours: onWorkers(2),
  baselines: { one: onWorkers(1) },
};
