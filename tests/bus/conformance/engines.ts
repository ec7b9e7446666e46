/**
 * The engines that the conformance suite is run with, each in a file of its own.
 *
 * @module
 */
import type { BusFeature } from "../../../src/bus/mod.ts";
import type { Engine, Rig } from "./engine.ts";
import { linkEngine } from "./link_engine.ts";
import { directoryEngine, localEngine } from "./local_engine.ts";
import { natsCoreEngine, natsEngine } from "./nats_engine.ts";

/** All engines. */
export const ENGINES: readonly Engine[] = [
  localEngine,
  directoryEngine,
  linkEngine,
  natsEngine,
  natsCoreEngine,
];

/** Those that have a feature, for the tests of it. */
export function enginesWith(feature: BusFeature): readonly Engine[] {
  return ENGINES.filter(({ features }) => features.has(feature));
}

/** How a test of an engine is declared: skipped where the engine is missing. */
export function onlyIf(engine: Engine): { readonly ignore: boolean } {
  return { ignore: engine.missing !== undefined };
}

/** Runs a test with a bus of its own, which is closed afterwards. */
export function withBus(
  engine: Engine,
  test: (rig: Rig) => Promise<void>,
): () => Promise<void> {
  return async () => {
    await using rig = await engine.open();
    await test(rig);
  };
}

for (const { name, missing } of ENGINES) {
  if (missing !== undefined) {
    console.error(`The conformance tests on ${name} are skipped: ${missing}`);
  }
}
