/**
 * What a run and its workers say to each other.
 *
 * @module
 */
import { CoreTopic } from "../../../cores/mod.ts";
import type { JsonValue } from "../../../codec/mod.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { LoadPart } from "./load_part.ts";

/** What a worker needs to know. */
export interface LoadWorkerData {
  /** Without criteria, which are about all workers together. */
  readonly scenario: Scenario;
  /** The outputs of the target. */
  readonly outputs: { readonly [name: string]: string };
  /** What the setup has captured, by name. */
  readonly captured: ReadonlyMap<string, JsonValue>;
  /** The module whose default export are the drivers. */
  readonly driversModule: string;
}

/** Asks a worker to run its share; the reply is all that it has measured. */
export const RUN_SHARE: CoreTopic<void, LoadPart> = new CoreTopic(
  "troupe.load.run",
);

/** Has a worker end its share now. */
export const ABORT_SHARE: CoreTopic<void> = new CoreTopic("troupe.load.abort");

/** What a worker has measured so far, about once a second. */
export const SHARE_PROGRESS: CoreTopic<LoadPart> = new CoreTopic(
  "troupe.load.progress",
);
