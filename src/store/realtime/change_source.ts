/**
 * Where changes come from: the part of the engine that realtime uses.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";

/** The change log, and what is committed from now on. */
export type ChangeSource = Pick<
  Engine,
  "cursor" | "changesSince" | "subscribe"
>;
