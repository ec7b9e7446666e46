/**
 * A TCP round trip beside two actors that tell each other for ever: the figure
 * is its 99th percentile. Every event-loop turn, Troupe lets its actors run for
 * a tenth of a millisecond; nact lets them handle one message.
 *
 * @module
 */

import * as nact from "nact";
import { type ActorRef, ActorSystem } from "../../../mod.ts";
import { PeerProcess } from "../../support/peer_process.ts";
import { RawEcho } from "../../support/raw_client.ts";
import { makePayload } from "../../support/workloads.ts";
import { type Comparison, contestant, type Start } from "../harness.ts";
import { quantile } from "../statistics.ts";

const BYTES = 100;
const ROUND_TRIPS = 300;

/** Two actors that tell each other for ever. */
type Spin = () => AsyncDisposable;

interface Ball {
  readonly from: ActorRef<Ball>;
}

function troupeSpin(): AsyncDisposable {
  const system = new ActorSystem();
  const make = (): ActorRef<Ball> =>
    system.spawn(({ self }) => ({
      receive: ({ from }) => void from.tell({ from: self }),
    }));
  make().tell({ from: make() });
  return system;
}

function nactSpin(): AsyncDisposable {
  const system = nact.start();
  const make = (name: string): nact.Ref<nact.Ref<unknown>> =>
    nact.spawn(
      system,
      (told: number, other: nact.Ref<unknown>, { self }) => {
        nact.dispatch(other, self);
        return told + 1;
      },
      name,
      { initialState: 0 },
    );
  const [one, two] = [make("one"), make("two")];
  nact.dispatch(one, two);
  return {
    [Symbol.asyncDispose]() {
      nact.stop(system);
      return Promise.resolve();
    },
  };
}

function start(spin: Spin): Start {
  const payload = makePayload(BYTES);
  return async () => {
    await using stack = new AsyncDisposableStack();
    const server = new URL("../../support/raw_peer.ts", import.meta.url);
    const { port } = stack.use(await PeerProcess.start(server));
    const peer = stack.use(await RawEcho.connect(port, BYTES));
    return contestant(async () => {
      await using _pair = spin();
      const times: number[] = [];
      for (let i = 0; i < ROUND_TRIPS; i++) {
        const start = performance.now();
        await peer.roundTrip(payload);
        times.push(performance.now() - start);
      }
      return quantile(times, 0.99);
    }, stack.move());
  };
}

/** The 99th percentile of a round trip, in milliseconds. */
export const ioBesideSpin: Comparison = {
  unit: "ms",
  ours: start(troupeSpin),
  baselines: { nact: start(nactSpin) },
};
