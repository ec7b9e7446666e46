/**
 * What a client follows, by the names of its topics.
 *
 * @module
 */
import type { WantedTopic } from "../realtime/change_hub.ts";
import type { ChangeView } from "../realtime/change_view.ts";
import type { Slices } from "../realtime/slices.ts";
import { parseTopic, type Topic } from "../realtime/topic.ts";
import type { Identity } from "../schema/identity.ts";
import { Problem } from "./problem.ts";

/** What is needed to follow topics. */
export interface WantedTopicsPort {
  /** The most topics of one client. */
  readonly maxTopics: number;
  /** Returns what an identity sees of a topic. */
  readonly viewOf: (topic: Topic, who: Identity) => ChangeView;
  /** In which topics are prepared. */
  readonly slices: Slices;
}

/** Names of events that come without a topic of a collection. */
const OWN_EVENTS: ReadonlySet<string> = new Set([
  "PB_CONNECT",
  "cursor",
  "cut",
]);

/** Characters that the topics of a client have together, at most. */
export const MAX_TOPIC_CHARACTERS = 65_536;

/** What a topic is at least, in units of slices. */
const TOPIC_UNITS = 128;

/**
 * Resolves to what an identity follows with names of topics, which are prepared
 * in slices.
 *
 * @throws {Problem} as a rejection, if there are too many, or one is none.
 */
export async function wantedTopics(
  names: readonly string[],
  who: Identity,
  { maxTopics, viewOf, slices }: WantedTopicsPort,
): Promise<readonly WantedTopic[]> {
  const wanted = [...new Set(names)].filter((name) => !OWN_EVENTS.has(name));
  if (wanted.length > maxTopics) {
    throw new Problem(
      "bad_request",
      `A client may have at most ${maxTopics} topics`,
    );
  }
  const characters = wanted.reduce((sum, { length }) => sum + length, 0);
  if (characters > MAX_TOPIC_CHARACTERS) {
    throw new Problem(
      "bad_request",
      `The topics of a client have ${characters} characters, they may have at most ${MAX_TOPIC_CHARACTERS} together`,
    );
  }
  return await slices.map(
    wanted,
    ({ length }) => TOPIC_UNITS + length,
    (name) => {
      const topic = parseTopic(name);
      if (topic !== undefined) return { name, view: viewOf(topic, who) };
      throw new Problem(
        "bad_request",
        "A topic must be COLLECTION/* or COLLECTION/ID, with its options as JSON",
      );
    },
  );
}
