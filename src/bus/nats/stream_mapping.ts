/**
 * The options of a stream as JetStream has them, and back.
 *
 * @module
 */
import {
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import { StreamConfigError, UnsupportedFeatureError } from "../errors.ts";
import type { Durability, StreamOptions } from "../stream.ts";
import type { ResolvedStream } from "../streams/stream_config.ts";
import { OWN_STREAMS } from "./own_stream.ts";

/** What JetStream needs at least of an age and of a window. */
const LEAST_MS = 100;
const MS = 1_000_000;
/** What begins the description of a stream that a bus has made. */
const MADE_BY = "troupe ";

/** What the description of a stream holds, for which JetStream has no field. */
interface Described {
  readonly durability?: Durability;
  readonly duplicateWindowMs?: number;
}

type Config = Partial<StreamConfig> & { readonly name: string };

/**
 * Checks that the servers can keep what a stream promises.
 *
 * @param given The options as they were given, without defaults.
 * @throws {StreamConfigError} for a name of the bus's own streams.
 * @throws {UnsupportedFeatureError} for what the servers cannot promise.
 */
export function checkStream(
  { name, options }: ResolvedStream,
  given: StreamOptions,
  syncAlways: boolean,
): void {
  if (name.startsWith(OWN_STREAMS)) {
    throw new StreamConfigError(
      `Cannot use the name ${name}: names that begin with ${OWN_STREAMS} belong to the bus`,
    );
  }
  const { durability, maxAgeMs, duplicateWindowMs } = options;
  if (durability === "synced" && !syncAlways) {
    throw new UnsupportedFeatureError(
      `Cannot use durability of stream ${name}: it is "synced", and JetStream acknowledges before the disk has a message, unless its servers run with sync_interval: always and natsBus() has the option syncAlways; or use "written"`,
    );
  }
  if (maxAgeMs < LEAST_MS) throw tooShort(name, "maxAgeMs", maxAgeMs);
  if (duplicateWindowMs > 0 && duplicateWindowMs < LEAST_MS) {
    throw tooShort(name, "duplicateWindowMs", duplicateWindowMs);
  }
  if (given.duplicateWindowMs !== undefined && duplicateWindowMs > maxAgeMs) {
    throw new UnsupportedFeatureError(
      `Cannot use duplicateWindowMs of stream ${name}: it is ${duplicateWindowMs}, and JetStream forgets the id of a message with it, after maxAgeMs, which is ${maxAgeMs}`,
    );
  }
}

function tooShort(
  name: string,
  option: string,
  value: number,
): UnsupportedFeatureError {
  return new UnsupportedFeatureError(
    `Cannot use ${option} of stream ${name}: it is ${value}, JetStream needs at least ${LEAST_MS}`,
  );
}

/** Returns a stream as JetStream is to have it. */
export function toStreamConfig({ name, options }: ResolvedStream): Config {
  const { durability, duplicateWindowMs, maxAgeMs } = options;
  const described: Described = { durability, duplicateWindowMs };
  return {
    name,
    subjects: [...options.subjects],
    description: MADE_BY + JSON.stringify(described),
    storage: durability === "memory" ? StorageType.Memory : StorageType.File,
    max_msgs: limit(options.maxMessages),
    max_msgs_per_subject: limit(options.maxMessagesPerSubject),
    max_bytes: limit(options.maxBytes),
    max_age: maxAgeMs === Infinity ? 0 : nanos(maxAgeMs),
    duplicate_window: windowOf(options),
    discard: options.discard === "newest"
      ? DiscardPolicy.New
      : DiscardPolicy.Old,
    retention: RETENTIONS[options.retention],
    allow_direct: true,
  };
}

const RETENTIONS = {
  limits: RetentionPolicy.Limits,
  interest: RetentionPolicy.Interest,
  work_queue: RetentionPolicy.Workqueue,
} as const;

/** Returns a stream of JetStream as a bus has it. */
export function toResolvedStream(config: StreamConfig): ResolvedStream {
  const described = describedBy(config.description);
  const options: Required<StreamOptions> = {
    subjects: config.subjects,
    durability: config.storage === StorageType.Memory
      ? "memory"
      : described.durability ?? "written",
    discard: config.discard === DiscardPolicy.New ? "newest" : "oldest",
    retention: config.retention === RetentionPolicy.Limits
      ? "limits"
      : config.retention === RetentionPolicy.Interest
      ? "interest"
      : "work_queue",
    maxMessages: unlimited(config.max_msgs),
    maxMessagesPerSubject: unlimited(config.max_msgs_per_subject),
    maxBytes: unlimited(config.max_bytes),
    maxAgeMs: config.max_age === 0 ? Infinity : config.max_age / MS,
    duplicateWindowMs: config.duplicate_window / MS,
  };
  const { duplicateWindowMs = options.duplicateWindowMs } = described;
  const asDescribed = { ...options, duplicateWindowMs };
  // Somebody may have changed the stream since.
  return {
    name: config.name,
    options: windowOf(asDescribed) === config.duplicate_window
      ? asDescribed
      : options,
  };
}

function describedBy(description: string | undefined): Described {
  if (description?.startsWith(MADE_BY) !== true) return {};
  try {
    return JSON.parse(description.slice(MADE_BY.length));
  } catch (_error) {
    return {};
  }
}

/** With 0, no id is sent, and the window does not matter. */
function windowOf(
  { duplicateWindowMs, maxAgeMs }: Required<StreamOptions>,
): number {
  return nanos(
    Math.min(duplicateWindowMs === 0 ? 120_000 : duplicateWindowMs, maxAgeMs),
  );
}

function limit(value: number): number {
  return value === Infinity ? -1 : value;
}

function unlimited(value: number | undefined): number {
  return value === undefined || value <= 0 ? Infinity : value;
}
