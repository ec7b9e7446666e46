/**
 * Actors that do a fixed amount of work at full speed, with or without a
 * metrics collector, its server and its streams. See
 * {@linkcode MeasuringProcess}.
 *
 * @module
 */

import { type ActorRef, ActorSystem, type Behavior } from "../../mod.ts";
import { MetricsCollector } from "../../src/metrics/collector.ts";
import {
  type MetricsServer,
  serveMetrics,
} from "../../src/metrics/serve_metrics.ts";
import { cpuMicros, measureWhenAsked } from "./measuring_process.ts";

/** Actors that wait meanwhile, if they are asked for. */
const CROWD = 10_000;
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
  const root = system.spawn<number>(({ self }) => ({
    receive(answer) {
      answers += answer;
      if (answers === WORKERS * ROUNDS) return resolve();
      if (answers % WORKERS !== 0) return;
      for (const worker of workers) worker.tell(self);
    },
  }));
  for (let i = 0; i < WORKERS; i++) {
    workers.push(system.spawn<ActorRef<number>>(() => ({
      receive: (root) => void root.tell(1),
    })));
  }
  root.tell(0);
  await promise;
  for (const actor of [root, ...workers]) actor.stop();
}

/** Actors at work, whose metrics are served while they are collected. */
class Busy {
  readonly #system = new ActorSystem();
  #metrics: MetricsServer | undefined;
  #collector: MetricsCollector | undefined;
  #isCrowded = false;

  /** Serves metrics on a port of loopback, which it answers. */
  listen(): number {
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) =>
        this.#metrics?.fetch(request) ?? new Response(null, { status: 503 }),
    );
    return server.addr.port;
  }

  /** Begins to collect once a second. */
  collect(): void {
    this.#collector = new MetricsCollector({ system: this.#system });
    this.#collector.start();
    this.#metrics = serveMetrics(this.#collector);
  }

  /** Collects no more. */
  async rest(): Promise<void> {
    await this.#metrics?.[Symbol.asyncDispose]();
    await this.#collector?.[Symbol.asyncDispose]();
    this.#metrics = undefined;
  }

  /** Starts actors that wait, once. */
  crowd(): void {
    if (this.#isCrowded) return;
    this.#isCrowded = true;
    for (let i = 0; i < CROWD; i += 100) {
      this.#system.spawn<never>((context) => {
        for (let n = 1; n < 100; n++) {
          context.spawn<never>(() => ({ receive() {} }));
        }
        return { receive() {} };
      });
    }
  }

  /** Does all of the work; answers the milliseconds of CPU. */
  async work(): Promise<number> {
    const { micros } = await cpuMicros(async () => {
      await pingPong(this.#system);
      await fanOut(this.#system);
    });
    return micros / 1000;
  }
}

/** What may be asked for. */
export const ASK = { work: 0, collect: 1, rest: 2, crowd: 3 } as const;

if (import.meta.main) {
  const busy = new Busy();
  await measureWhenAsked(busy.listen(), async (asked) => {
    if (asked === ASK.work) return await busy.work();
    if (asked === ASK.collect) busy.collect();
    else if (asked === ASK.crowd) busy.crowd();
    else await busy.rest();
    return 0;
  });
}
