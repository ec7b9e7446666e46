// What the service of numbered messages says of itself.
import { CoreTopic } from "../../../src/cores/core_topic.ts";
import type { Faults } from "../../support/numbered_messages.ts";

/** What has arrived at a worker, and what was wrong with it. */
export const faultsSeen: CoreTopic<
  void,
  { received: number; faults: Faults; index: number }
> = new CoreTopic("faults_seen");
