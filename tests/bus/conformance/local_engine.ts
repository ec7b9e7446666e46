/**
 * The bus in this process. There are no clients, so that the second one is the
 * first, and time is moved by hand.
 *
 * @module
 */
import { ActorSystem } from "../../../src/actor/mod.ts";
import { Bus } from "../../../src/bus/mod.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import type { Engine } from "./engine.ts";

/** The bus in this process, without streams. */
export const localEngine: Engine = {
  name: "the bus in this process",
  features: new Set(["interest", "presence", "retained", "wait"]),
  open() {
    const clock = new ManualClock();
    const system = new ActorSystem({ clock });
    const bus = new Bus(system, { drainMs: 0 });
    return Promise.resolve({
      bus,
      connect: () => Promise.resolve(bus),
      async pass(milliseconds) {
        await system.idle();
        clock.advance(milliseconds);
        await system.idle();
      },
      async [Symbol.asyncDispose]() {
        const closing = bus.close();
        clock.advance(0);
        await closing;
        await system.shutdown();
      },
    });
  },
};
