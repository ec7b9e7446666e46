/**
 * What a client follows, by the names of its topics.
 *
 * @module
 */
import type { WantedTopic } from "../realtime/change_hub.ts";
import type { ChangeView } from "../realtime/change_view.ts";
import { parseTopic, type Topic } from "../realtime/topic.ts";
import type { Identity } from "../schema/identity.ts";
import { Problem } from "./problem.ts";

/** What is needed to follow topics. */
export interface WantedTopicsPort {
  /** The most topics of one client. */
  readonly maxTopics: number;
  /** Returns what an identity sees of a topic. */
  readonly viewOf: (topic: Topic, who: Identity) => ChangeView;
}

/** Names of events that come without a topic of a collection. */
const OWN_EVENTS: ReadonlySet<string> = new Set([
  "PB_CONNECT",
  "cursor",
  "cut",
]);

/**
 * Returns what an identity follows with names of topics.
 *
 * @throws {Problem} if there are too many, or one is none.
 */
export function wantedTopics(
  names: readonly string[],
  who: Identity,
  { maxTopics, viewOf }: WantedTopicsPort,
): WantedTopic[] {
  const wanted = [...new Set(names)].filter((name) => !OWN_EVENTS.has(name));
  if (wanted.length > maxTopics) {
    throw new Problem(
      "bad_request",
      `A client may have at most ${maxTopics} topics`,
    );
  }
  return wanted.map((name) => {
    const topic = parseTopic(name);
    if (topic === undefined) {
      throw new Problem(
        "bad_request",
        "A topic must be COLLECTION/* or COLLECTION/ID, with its options as JSON",
      );
    }
    return { name, view: viewOf(topic, who) };
  });
}
