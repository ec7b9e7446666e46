/**
 * What the conformance suite needs of an engine: how to make a bus of it, how to
 * get a second client of the same bus, and what can be done to it from outside.
 *
 * @module
 */
import type { BusFeature, MessageBus } from "../../../src/bus/mod.ts";

/** One way to have a bus. */
export interface Engine {
  /** What the names of its tests end with. */
  readonly name: string;
  /** Why it cannot be tested on this machine, if it cannot. */
  readonly missing?: string;
  /** What it has to have; what is not here it has to refuse. */
  readonly features: ReadonlySet<BusFeature>;
  /** What its streams can promise; `synced` is the default of all. */
  readonly durability?: "memory" | "written" | "synced";
  /** Whether a connection of it can be cut, and a client killed. */
  readonly isConnected?: boolean;
  /** Starts a bus of its own, which no other test sees. */
  open(): Promise<Rig>;
}

/** A bus for one test. */
export interface Rig extends AsyncDisposable {
  /** The first client. */
  readonly bus: MessageBus;
  /** Another client of the same bus; the same one where there are no clients. */
  connect(): Promise<MessageBus>;
  /** Lets at least so much time pass for the bus, by its clock or the wall's. */
  pass(milliseconds: number): Promise<void>;
  /** Breaks the connection of a client, which makes another by itself. */
  cut?(bus: MessageBus): Promise<void>;
  /** Ends a client as a crash does: it takes no leave. */
  kill?(bus: MessageBus): Promise<void>;
}

/** All that an engine may or may not have. */
export const FEATURES: readonly BusFeature[] = [
  "interest",
  "presence",
  "retained",
  "streams",
  "wait",
];
