/**
 * Actors that do a fixed amount of work at full speed, with or without a
 * metrics collector, its server and its streams. See
 * {@linkcode MeasuringProcess}.
 *
 * @module
 */

import { type ActorRef, ActorSystem, type Behavior } from "../../mod.ts";
import { MetricsCollector } from "../../src/metrics/collector.ts";
import { metricsServer } from "../../src/metrics/metrics_server.ts";
import { cpuMicros, measureWhenAsked } from "./measuring_process.ts";

/** Pairs that tell each other, each so often. */
const PAIRS = 10;
const PINGS = 2_400_000;
/** Actors that are told by one, all of them so often. */
const WORKERS = 100;
const ROUNDS = 320_000;

interface Ball {
  readonly from: ActorRef<Ball>;
  readonly left: number;
}

/** Sends balls back until none are left. */
function player(over: () => void): Behavior<Ball> {
  return ({ self }) => ({
    receive({ from, left }) {
      if (left === 0) over();
      else from.tell({ from: self, left: left - 1 });
    },
  });
}

async function pingPong(system: ActorSystem): Promise<void> {
  await Promise.all(Array.from({ length: PAIRS }, () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const one = system.spawn(player(resolve));
    const two = system.spawn(player(resolve));
    one.tell({ from: two, left: PINGS });
    return promise.finally(() => [one.stop(), two.stop()]);
  }));
}

/** One tells many, who answer; when all have answered, again. */
async function fanOut(system: ActorSystem): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const workers: ActorRef<ActorRef<number>>[] = [];
  let answers = 0;
  const boss = system.spawn<number>(({ self }) => ({
    receive(answer) {
      answers += answer;
      if (answers === WORKERS * ROUNDS) return resolve();
      if (answers % WORKERS !== 0) return;
      for (const worker of workers) worker.tell(self);
    },
  }));
  for (let i = 0; i < WORKERS; i++) {
    workers.push(system.spawn<ActorRef<number>>(() => ({
      receive: (boss) => void boss.tell(1),
    })));
  }
  boss.tell(0);
  await promise;
  for (const actor of [boss, ...workers]) actor.stop();
}

/** Collects once a second, and serves it; answers the port. */
function collect(system: ActorSystem): number {
  const collector = new MetricsCollector({ system });
  collector.start();
  const { fetch } = metricsServer(collector);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => fetch(request),
  );
  return server.addr.port;
}

if (import.meta.main) {
  const system = new ActorSystem();
  const port = Deno.args[0] === "collected" ? collect(system) : 0;
  await measureWhenAsked(port, async () => {
    const { micros } = await cpuMicros(async () => {
      await pingPong(system);
      await fanOut(system);
    });
    return micros / 1000;
  });
}
