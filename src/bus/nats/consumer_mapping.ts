/**
 * The options of a consumer as JetStream has them, and back.
 *
 * @module
 */
import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
} from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import { StreamConfigError, UnsupportedFeatureError } from "../errors.ts";
import type { ResolvedConsumer } from "../streams/consumer_config.ts";
import {
  fromText,
  type ResolvedStream,
  toText,
} from "../streams/stream_config.ts";
import { overlap } from "../streams/subject_filter.ts";

/** What begins the description of a consumer that a bus has made. */
const MADE_BY = "troupe ";
/** For how long the server keeps a consumer whose reader is gone. */
const READER_GONE_MS = 300_000;

/**
 * Returns the filter of a consumer; `undefined` if it gets all of the stream.
 *
 * @throws {UnsupportedFeatureError} if JetStream would need several.
 */
export function filterOf(
  pattern: string,
  { name, options }: ResolvedStream,
): string | undefined {
  const { subjects } = options;
  if (subjects.every((subject) => covers(pattern, subject))) return undefined;
  if (subjects.some((subject) => covers(subject, pattern))) return pattern;
  const [only, ...others] = subjects.filter((subject) =>
    overlap(subject, pattern)
  );
  if (only !== undefined && others.length === 0 && covers(pattern, only)) {
    return only;
  }
  throw new UnsupportedFeatureError(
    `Cannot consume "${pattern}": it lies across subjects of stream ${name}, which are ${
      subjects.join(", ")
    }, and JetStream filters by a part of one`,
  );
}

/** Whether a pattern matches all that another one matches. */
function covers(wide: string, narrow: string): boolean {
  const wanted = wide.split(".");
  const tokens = narrow.split(".");
  for (const [index, token] of wanted.entries()) {
    const other = tokens[index];
    if (other === undefined) return false;
    if (token === ">") return true;
    if (other === ">") return false;
    if (token !== "*" && token !== other) return false;
  }
  return wanted.length === tokens.length;
}

/**
 * Returns a consumer as JetStream is to have it.
 *
 * @throws {UnsupportedFeatureError} if JetStream has no such consumer.
 */
export function toConsumerConfig(
  consumer: ResolvedConsumer,
  stream: ResolvedStream,
): Partial<ConsumerConfig> {
  const { name, isKept, ackWaitMs, maxPendingAcks } = consumer;
  const filter = filterOf(consumer.pattern, stream);
  return {
    durable_name: name,
    description: MADE_BY + toText(consumer),
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ackWaitMs),
    // What has come too often is given up by its reader: the server would
    // leave it where it is, without a word.
    max_deliver: -1,
    max_ack_pending: maxPendingAcks === Infinity ? -1 : maxPendingAcks,
    ...(isKept ? {} : { inactive_threshold: nanos(READER_GONE_MS) }),
    ...(filter === undefined ? {} : { filter_subject: filter }),
    ...startOf(consumer, filter, stream),
  };
}

function startOf(
  { start, pattern }: ResolvedConsumer,
  filter: string | undefined,
  { name, options }: ResolvedStream,
): Partial<ConsumerConfig> {
  switch (start) {
    case "first":
      return { deliver_policy: DeliverPolicy.All };
    case "new":
      return { deliver_policy: DeliverPolicy.New };
    case "last":
      return { deliver_policy: DeliverPolicy.Last };
    case "last_per_subject": {
      const [only, ...others] = options.subjects;
      const filter_subject = filter ?? (others.length === 0 ? only : undefined);
      if (filter_subject === undefined) {
        throw new UnsupportedFeatureError(
          `Cannot consume "${pattern}" from "last_per_subject": stream ${name} has several subjects, and JetStream wants a part of one`,
        );
      }
      return { deliver_policy: DeliverPolicy.LastPerSubject, filter_subject };
    }
  }
  return "timeMs" in start
    ? {
      deliver_policy: DeliverPolicy.StartTime,
      opt_start_time: new Date(Math.max(start.timeMs, 0)).toISOString(),
    }
    : {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: start.sequence,
    };
}

/**
 * Returns a consumer of JetStream as a bus has it.
 *
 * @throws {StreamConfigError} if no bus has made it.
 */
export function toResolvedConsumer(
  name: string,
  { description }: ConsumerConfig,
): ResolvedConsumer {
  if (description?.startsWith(MADE_BY) === true) {
    return fromText(description.slice(MADE_BY.length)) as ResolvedConsumer;
  }
  throw new StreamConfigError(
    `Cannot use consumer ${name}: it exists, and was not made by a bus, choose another name`,
  );
}
