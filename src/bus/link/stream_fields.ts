/**
 * The options of streams and consumers, and what they have to say, as fields.
 *
 * @module
 */
import { ProtocolError } from "../../session/mod.ts";
import type {
  ConsumeOptions,
  ConsumerInfo,
  ConsumerStart,
} from "../consumer.ts";
import type { Durability, StreamInfo, StreamOptions } from "../stream.ts";
import {
  bytesField,
  defined,
  type Fields,
  fieldsField,
  isFields,
  numberField,
  optionalNumber,
  optionalOneOf,
  optionalText,
  textField,
  textsField,
} from "./control_protocol.ts";

const DURABILITIES: readonly Durability[] = ["memory", "written", "synced"];
const DISCARDS = ["oldest", "newest"] as const;
const RETENTIONS = ["limits", "interest", "work_queue"] as const;
const STARTS = ["first", "new", "last", "last_per_subject"] as const;

/** An object whose properties may be `undefined`. */
type Loose = { [key: string]: unknown };

/** Returns an object without what is `undefined`, as its type has it. */
function strict<T extends object>(
  loose: { [K in keyof T]: T[K] | undefined },
): T {
  const result: Loose = { ...loose };
  for (const name of Object.keys(result)) {
    if (result[name] === undefined) delete result[name];
  }
  return result as T;
}

/** Returns the options of a stream as fields. */
export function streamFields(options: StreamOptions): Fields {
  const { subjects, ...others } = options;
  return defined({ ...others, subjects: [...subjects] });
}

/**
 * Returns the options of a stream.
 *
 * @throws {ProtocolError} if they are none.
 */
export function streamOptionsOf(fields: Fields): StreamOptions {
  return strict<StreamOptions>({
    subjects: textsField(fields, "subjects"),
    durability: optionalOneOf(fields, "durability", DURABILITIES),
    maxMessages: optionalNumber(fields, "maxMessages"),
    maxMessagesPerSubject: optionalNumber(fields, "maxMessagesPerSubject"),
    maxBytes: optionalNumber(fields, "maxBytes"),
    maxAgeMs: optionalNumber(fields, "maxAgeMs"),
    discard: optionalOneOf(fields, "discard", DISCARDS),
    retention: optionalOneOf(fields, "retention", RETENTIONS),
    duplicateWindowMs: optionalNumber(fields, "duplicateWindowMs"),
  });
}

/** Returns the options of a consumer as fields. */
export function consumeFields(options: ConsumeOptions): Fields {
  const { name, start, ackWaitMs, maxDeliveries, deadLetter, maxPendingAcks } =
    options;
  return defined({
    name,
    start: typeof start === "object" ? { ...start } : start,
    ackWaitMs,
    maxDeliveries,
    deadLetter,
    maxPendingAcks,
  });
}

/**
 * Returns the options of a consumer.
 *
 * @throws {ProtocolError} if they are none.
 */
export function consumeOptionsOf(fields: Fields): ConsumeOptions {
  return strict<ConsumeOptions>({
    name: optionalText(fields, "name"),
    start: startOf(fields),
    ackWaitMs: optionalNumber(fields, "ackWaitMs"),
    maxDeliveries: optionalNumber(fields, "maxDeliveries"),
    deadLetter: optionalText(fields, "deadLetter"),
    maxPendingAcks: optionalNumber(fields, "maxPendingAcks"),
    signal: undefined,
    holder: undefined,
  });
}

function startOf(fields: Fields): ConsumerStart | undefined {
  const { start } = fields;
  if (!isFields(start)) return optionalOneOf(fields, "start", STARTS);
  return Object.hasOwn(start, "sequence")
    ? { sequence: numberField(start, "sequence") }
    : { timeMs: numberField(start, "timeMs") };
}

/** Returns what a stream holds as fields. */
export function infoFields(
  { options, consumers, ...info }: StreamInfo,
): Fields {
  return { ...info, options: streamFields(options), consumers: [...consumers] };
}

/**
 * Returns what a stream holds.
 *
 * @throws {ProtocolError} if it is no such thing.
 */
export function infoOf(fields: Fields): StreamInfo {
  return {
    name: textField(fields, "name"),
    options: requiredOptions(streamOptionsOf(fieldsField(fields, "options"))),
    messages: numberField(fields, "messages"),
    bytes: numberField(fields, "bytes"),
    firstSequence: numberField(fields, "firstSequence"),
    lastSequence: numberField(fields, "lastSequence"),
    consumers: textsField(fields, "consumers"),
  };
}

function requiredOptions(options: StreamOptions): Required<StreamOptions> {
  const {
    subjects,
    durability,
    maxMessages = Infinity,
    maxMessagesPerSubject = Infinity,
    maxBytes = Infinity,
    maxAgeMs = Infinity,
    discard,
    retention,
    duplicateWindowMs,
  } = options;
  if (
    durability === undefined || discard === undefined ||
    retention === undefined || duplicateWindowMs === undefined
  ) throw new ProtocolError("The bus has a stream that lacks options");
  return {
    subjects,
    durability,
    maxMessages,
    maxMessagesPerSubject,
    maxBytes,
    maxAgeMs,
    discard,
    retention,
    duplicateWindowMs,
  };
}

/**
 * Returns what a consumer has done.
 *
 * @throws {ProtocolError} if it is no such thing.
 */
export function consumerInfoOf(fields: Fields): ConsumerInfo {
  return {
    name: textField(fields, "name"),
    waiting: numberField(fields, "waiting"),
    pendingAcks: numberField(fields, "pendingAcks"),
    redelivered: numberField(fields, "redelivered"),
    ackFloor: numberField(fields, "ackFloor"),
  };
}

/** A message that is kept, as bytes. */
export interface RecordFields {
  readonly subject: string;
  readonly bytes: Uint8Array;
  readonly sequence: number;
  readonly timestampMs: number;
}

/**
 * Returns a message that is kept.
 *
 * @throws {ProtocolError} if it is none.
 */
export function recordOf(fields: Fields): RecordFields {
  return {
    subject: textField(fields, "subject"),
    bytes: bytesField(fields, "bytes"),
    sequence: numberField(fields, "sequence"),
    timestampMs: numberField(fields, "timestampMs"),
  };
}
