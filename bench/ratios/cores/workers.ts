/**
 * Two workers beside one, the client counted in, and one worker beside the same
 * program without workers.
 *
 * The client needs a core as well, so the work is about 200 µs a message: with
 * much less, two workers on two cores wait for the client.
 *
 * @module
 */

import { ActorSystem, ConnectionPool } from "../../../mod.ts";
import { shareCore } from "../../support/cores.ts";
import { PeerProcess } from "../../support/peer_process.ts";
import { TroupeEcho } from "../../support/troupe_client.ts";
import {
  ECHO_100B,
  makePayload,
  roundTripMicros,
} from "../../support/workloads.ts";
import {
  type Comparison,
  contestant,
  type Measure,
  type Start,
} from "../harness.ts";

const SERVER = new URL("../../support/cores_server.ts", import.meta.url);
const WORK_MICROS = 200;
/** Connections at once. */
const CONNECTIONS = 64;
/**
 * Sessions that they share, four connections each, as those of a pool do. With
 * one session each the client takes so much of the two cores that two workers
 * gain 1.6 × and not 1.8 ×.
 */
const SESSIONS = 16;
/** Messages of a round. */
const MESSAGES = 4000;
/** Seconds for which `wrk` measures. */
const WRK_SECONDS = 1;
/** Sessions that are opened in a round, and how many at once. */
const DIALS = 400;
const DIALS_AT_ONCE = 16;

/** Starts a server on so many workers, and what measures it. */
function on(
  workers: number,
  kind: "echo" | "http",
  workMicros: number,
  client: (
    port: number,
    stack: AsyncDisposableStack,
  ) => Measure | Promise<Measure>,
): Start {
  return async () => {
    await using stack = new AsyncDisposableStack();
    const args = [`${workers}`, kind, `${workMicros}`];
    const { port } = stack.use(
      await PeerProcess.start(SERVER, args, "any core"),
    );
    const measure = await client(port, stack);
    return contestant(measure, stack.move());
  };
}

/** Microseconds a message, over many connections that never pause. */
async function echoClient(
  port: number,
  stack: AsyncDisposableStack,
): Promise<Measure> {
  const system = stack.use(new ActorSystem());
  const pools = Array.from(
    { length: SESSIONS },
    () => new ConnectionPool(system),
  );
  const connections = await Promise.all(
    Array.from(
      { length: CONNECTIONS / SESSIONS },
      () => pools.map((pool) => pool.connect({ port })),
    ).flat(),
  );
  const payload = makePayload(100);
  return async () => {
    let left = MESSAGES;
    const start = performance.now();
    await Promise.all(connections.map(async (connection) => {
      while (left-- > 0) {
        await connection.send(payload);
        await connection.receive();
      }
    }));
    return (performance.now() - start) * 1000 / MESSAGES;
  };
}

/** Requests a second, as `wrk` counts them. */
function wrkClient(port: number): Measure {
  return async () => {
    const { stdout, success } = await new Deno.Command("wrk", {
      args: [
        "-t1",
        `-c${CONNECTIONS}`,
        `-d${WRK_SECONDS}s`,
        `http://127.0.0.1:${port}/`,
      ],
    }).output();
    const text = new TextDecoder().decode(stdout);
    const rate = /Requests\/sec:\s*([\d.]+)/.exec(text)?.[1];
    if (!success || rate === undefined) throw new Error(`wrk said: ${text}`);
    return Number(rate);
  };
}

/** Microseconds a session that is opened, used once and closed. */
function dialClient(port: number, stack: AsyncDisposableStack): Measure {
  const system = stack.use(new ActorSystem());
  const payload = makePayload(100);
  return async () => {
    let left = DIALS;
    const start = performance.now();
    await Promise.all(Array.from({ length: DIALS_AT_ONCE }, async () => {
      while (left-- > 0) {
        await using pool = new ConnectionPool(system, { lingerMs: 0 });
        await using connection = await pool.connect({ port });
        await connection.send(payload);
        await connection.receive();
      }
    }));
    return (performance.now() - start) * 1000 / DIALS;
  };
}

/** Two workers beside one. */
function twoBesideOne(
  unit: Comparison["unit"],
  kind: "echo" | "http",
  workMicros: number,
  client: Parameters<typeof on>[3],
): Comparison {
  return {
    unit,
    rounds: 9,
    ours: on(2, kind, workMicros, client),
    baselines: { one: on(1, kind, workMicros, client) },
  };
}

/** Messages over many connections. */
export const echo: Comparison = twoBesideOne(
  "us",
  "echo",
  WORK_MICROS,
  echoClient,
);
/** Requests of `wrk`. */
export const http: Comparison = twoBesideOne(
  "ops/s",
  "http",
  WORK_MICROS,
  wrkClient,
);
/** Sessions that are opened, without other work. */
export const accept: Comparison = twoBesideOne("us", "echo", 0, dialClient);

/** A round trip of 100 B, client and server on one core. */
function roundTrips(workers: number): Start {
  return async () => {
    await using stack = new AsyncDisposableStack();
    const args = [`${workers}`, "echo", "0"];
    const server = stack.use(
      await PeerProcess.start(SERVER, args, "any core"),
    );
    // A worker's thread as well, and not the main thread alone.
    await shareCore(server.pid, "all");
    const peer = stack.use(await TroupeEcho.connect(server.port));
    const payload = makePayload(ECHO_100B.bytes);
    const measure = () => roundTripMicros(peer, payload, ECHO_100B.count);
    return contestant(measure, stack.move());
  };
}

/** One worker beside the same program without workers. */
export const overhead: Comparison = {
  unit: "us",
  rounds: 15,
  ours: roundTrips(1),
  baselines: { plain: roundTrips(0) },
};
