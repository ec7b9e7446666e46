/**
 * The bus in this process. There are no clients, so that the second one is the
 * first, and time is moved by hand.
 *
 * @module
 */
import { ActorSystem } from "../../../src/actor/mod.ts";
import { Bus } from "../../../src/bus/mod.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import type { Engine, Rig } from "./engine.ts";

const FEATURES = [
  "interest",
  "presence",
  "retained",
  "streams",
  "wait",
] as const;

/** The bus in this process, with its streams in memory. */
export const localEngine: Engine = {
  name: "the bus in this process",
  features: new Set(FEATURES),
  durability: "memory",
  open: () => Promise.resolve(open()),
};

/** The bus in this process, with its streams under a directory. */
export const directoryEngine: Engine = {
  name: "the bus in this process with a directory",
  features: new Set(FEATURES),
  durability: "synced",
  open: async () => open(await Deno.makeTempDir()),
};

function open(directory?: string): Rig {
  const clock = new ManualClock();
  const system = new ActorSystem({ clock });
  const bus = new Bus(system, {
    drainMs: 0,
    ...(directory === undefined ? {} : { directory }),
  });
  return {
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
      if (directory === undefined) return;
      await Deno.remove(directory, { recursive: true });
    },
  };
}
