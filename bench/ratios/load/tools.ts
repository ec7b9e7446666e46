/**
 * The load generator beside those that people use, on the same process of a
 * service: whether it measures what `wrk` does, what it takes, how fast it is at
 * its limit, and what memory a thousand users need.
 *
 * @module
 */

import {
  type ArtilleryUsers,
  installArtillery,
  runArtillery,
} from "../../support/artillery.ts";
import {
  type Figure,
  FIGURES,
  type LoadFigures,
} from "../../support/load_figures.ts";
import { MeasuringProcess } from "../../support/measuring_process.ts";
import { PeerProcess } from "../../support/peer_process.ts";
import { runWrk } from "../../support/wrk.ts";
import { type Comparison, contestant, type Start } from "../harness.ts";

const USERS = new URL("../../support/load_users.ts", import.meta.url);
const DELAYED = new URL("../../support/delayed_service.ts", import.meta.url);
const FAST = new URL("../../support/http_service.ts", import.meta.url);

/** Seconds of one run. */
const SECONDS = 2;
/** Connections to the service of 5 ms: it is idle most of the time. */
const FEW = 10;
/** Connections to the service that is faster than any generator. */
const MANY = 50;
/** Requests of each of those users of `artillery`, for some seconds. */
const REQUESTS = 100;
/** Users who think for a second. */
const THINKING: ArtilleryUsers = { users: 1000, requests: 4, thinkSeconds: 1 };

/** A service that all contestants of a sitting use. */
class SharedService {
  readonly #open: () => Promise<PeerProcess>;
  #service: Promise<PeerProcess> | undefined;
  #users = 0;

  constructor(open: () => Promise<PeerProcess>) {
    this.#open = open;
  }

  async use(): Promise<{ readonly port: number } & AsyncDisposable> {
    this.#users++;
    const service = await (this.#service ??= this.#open());
    return {
      port: service.port,
      [Symbol.asyncDispose]: async () => {
        if (--this.#users > 0) return;
        this.#service = undefined;
        await service[Symbol.asyncDispose]();
      },
    };
  }
}

const delayed = new SharedService(() =>
  PeerProcess.start(DELAYED, ["5"], "any core")
);
const fast = new SharedService(() => PeerProcess.start(FAST, [], "any core"));

interface OurUsers {
  readonly users: number;
  readonly seconds: number;
  readonly thinkMs: number;
  readonly connections: "shared" | "per_user";
}

/** Starts the generator, for one figure of each run. */
function ours(
  service: SharedService,
  { users, seconds, thinkMs, connections }: OurUsers,
  figure: Figure,
): Start {
  return async () => {
    await using stack = new AsyncDisposableStack();
    const { port } = stack.use(await service.use());
    const args = [port, users, seconds * 1000, thinkMs, connections];
    const start = async () => {
      const process = new MeasuringProcess(USERS, args.map(String));
      await process.announced();
      return process;
    };
    const what = FIGURES.indexOf(figure);
    // A peak is that of all runs of a process.
    if (figure === "rssPeakBytes") {
      return contestant(async () => {
        await using process = await start();
        return await process.measure(what);
      }, stack.move());
    }
    const process = stack.use(await start());
    return contestant(() => process.measure(what), stack.move());
  };
}

/** Runs somebody else's generator, for one figure of each run. */
function theirs(
  service: SharedService,
  run: (url: string) => Promise<LoadFigures>,
  figure: Figure,
  prepare?: () => Promise<void>,
): Start {
  return async () => {
    await prepare?.();
    await using stack = new AsyncDisposableStack();
    const { port } = stack.use(await service.use());
    const url = `http://127.0.0.1:${port}/`;
    return contestant(async () => (await run(url))[figure], stack.move());
  };
}

/** A percentile of a service of 5 ms, in microseconds. */
function percentile(figure: "p50" | "p90" | "p99"): Comparison {
  const users: OurUsers = {
    users: FEW,
    seconds: SECONDS,
    thinkMs: 0,
    connections: "shared",
  };
  return {
    unit: "us",
    rounds: 9,
    ours: ours(delayed, users, figure),
    baselines: {
      wrk: theirs(delayed, (url) => runWrk(url, FEW, SECONDS), figure),
    },
  };
}

/** The median of a service of 5 ms. */
export const p50: Comparison = percentile("p50");
/** The 90th percentile of a service of 5 ms. */
export const p90: Comparison = percentile("p90");
/** The 99th percentile of a service of 5 ms. */
export const p99: Comparison = percentile("p99");

const RESTLESS: OurUsers = {
  users: MANY,
  seconds: SECONDS,
  thinkMs: 0,
  connections: "shared",
};

/** Requests a second of the generator's own processor time. */
export const perCore: Comparison = {
  unit: "ops/s",
  rounds: 9,
  ours: ours(fast, RESTLESS, "perCpuSecond"),
  baselines: {
    wrk: theirs(fast, (url) => runWrk(url, MANY, SECONDS), "perCpuSecond"),
  },
};

/** Requests a second of a generator that does nothing else. */
export const saturated: Comparison = {
  unit: "ops/s",
  rounds: 5,
  ours: ours(fast, RESTLESS, "perSecond"),
  baselines: {
    artillery: theirs(
      fast,
      (url) =>
        runArtillery(url, {
          users: MANY,
          requests: REQUESTS,
          thinkSeconds: 0,
        }),
      "perSecond",
      installArtillery,
    ),
  },
};

/** The most memory of a generator with 1,000 users, its runtime included. */
export const memory: Comparison = {
  unit: "bytes",
  rounds: 3,
  ours: ours(fast, {
    users: THINKING.users,
    seconds: THINKING.requests * THINKING.thinkSeconds,
    thinkMs: THINKING.thinkSeconds * 1000,
    connections: "per_user",
  }, "rssPeakBytes"),
  baselines: {
    artillery: theirs(
      fast,
      (url) => runArtillery(url, THINKING),
      "rssPeakBytes",
      installArtillery,
    ),
  },
};
