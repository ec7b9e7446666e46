/**
 * The bus in one process.
 *
 * @module
 */
import type { ActorSystem } from "../../actor/mod.ts";
import { checkMethods, kindOf } from "../../checks/internal.ts";
import { BusCalls } from "../bus_calls.ts";
import { type BusOptions, resolveBusOptions } from "./bus_options.ts";
import { LocalEngine } from "./engine.ts";
import { LocalCalls } from "./local_calls.ts";

const engines = new WeakMap<Bus, LocalEngine>();

/** Returns what a bus stands on, for what carries it to other processes. */
export function engineOf(bus: Bus): LocalEngine {
  return engines.get(bus) as LocalEngine;
}

/**
 * Checks that something is a bus of this process.
 *
 * @throws {TypeError} if it is anything else.
 */
export function checkBus(value: unknown): void {
  if (value instanceof Bus) return;
  throw new TypeError(
    `Cannot use bus: it is ${
      kindOf(value)
    }, it must be a Bus, one of this process`,
  );
}

/**
 * A bus in this process. Publishers and subscribers share values, which nobody
 * may change; they are encoded for what leaves the process alone. A publish
 * calls no code of a subscriber: handlers and readers have their turn with the
 * actors of the system.
 *
 * The bus ends with its system, at once; `close` ends it in order.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe/actor";
 * import { Bus } from "@troupe/troupe/bus";
 *
 * await using system = new ActorSystem();
 * await using bus = new Bus(system);
 * const subscription = bus.subscribe("orders.*.created");
 * bus.publish("orders.eu.created", { order: 7 });
 * const message = await subscription.receive();
 * console.assert(message?.subject === "orders.eu.created");
 * ```
 */
export class Bus extends BusCalls {
  /**
   * Creates a bus that is ready.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} if an option has the wrong type, or is not known.
   * @throws {RangeError} if an option is out of its range.
   * @throws {TroupeError} if the system is shutting down.
   */
  constructor(system: ActorSystem, options: BusOptions = {}) {
    checkMethods("system", system, ["spawn", "tree"], "an ActorSystem");
    const engine = new LocalEngine(system, resolveBusOptions(options));
    super(new LocalCalls(system, engine));
    engines.set(this, engine);
  }
}
