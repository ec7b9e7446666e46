/**
 * The numbers of the bus protocol, version 1, as docs/bus_protocol.md has them.
 *
 * @module
 */

/** The version that both sides must speak. */
export const VERSION = 1;

/** What the ids of the logical connections of a bus begin with. */
export const ID_PREFIX = "bus/";

/** What a logical connection of a bus is for. */
export type ConnectionKind =
  | "control"
  | "publish"
  | "subscribe"
  | "presence"
  | "interest"
  | "consume";

/** Returns the id of a logical connection. */
export function connectionId(kind: ConnectionKind): string {
  return `${ID_PREFIX}${VERSION}/${kind}`;
}

/** Entries that a publisher sends. */
export const PublishEntry = {
  /** Gives a subject a number: number, text. */
  SUBJECT: 1,
  /** A message: subject, bytes. */
  MESSAGE: 2,
  /** A message that the subject retains: id, subject, bytes. */
  RETAINED: 3,
  /** Forgets what a subject has retained: id, subject. */
  CLEAR: 4,
  /** A request: id, subject, milliseconds, most replies or 0, bytes. */
  REQUEST: 5,
  /** Nobody waits for replies any more: id. */
  CANCEL: 6,
  /** A message for a stream: id, stream, subject, flags, [id], [last], bytes. */
  KEEP: 7,
  /** Asks to be notified when all before was taken: id. */
  FLUSH: 8,
} as const;

/** Entries that a publisher receives. */
export const ReplyEntry = {
  /** The subject may be published on: subject. */
  ALLOWED: 1,
  /** Messages on the subject are refused from here on: subject, failure. */
  REFUSED: 2,
  /** A reply to a request: id, bytes. */
  REPLY: 3,
  /** All of it is done: id. */
  DONE: 4,
  /** It has failed: id, failure. */
  FAILED: 5,
  /** The stream keeps the message: id, sequence, whether it had it. */
  KEPT: 6,
} as const;

/** Flags of `PublishEntry.KEEP`. */
export const KeepFlag = { ID: 1, EXPECTED: 2 } as const;

/** Entries that a subscriber, or consumer, receives. */
export const DeliveryEntry = {
  /** Gives a subject a number: number, text. */
  SUBJECT: 1,
  /** A message: subject, bytes. */
  MESSAGE: 2,
  /** A message with more to say: subject, flags, [token], [gap], bytes. */
  MARKED: 3,
  /** The bus knows the subscription, or consumer: name. */
  READY: 4,
  /** It has ended in order. */
  END: 5,
  /** It has ended otherwise: failure. */
  FAILED: 6,
  /** What is retained begins, for one of those who share it: number. */
  SNAPSHOT: 7,
  /** What is retained is over: number. */
  SNAPSHOT_END: 8,
  /** A message of a stream: subject, sequence, time, deliveries, gap, bytes. */
  STREAM: 9,
  /** An acknowledgement, or the like, has been done: id. */
  SETTLED: 10,
  /** It has not: id, failure. */
  UNSETTLED: 11,
  /** What a consumer has done: id, fields. */
  INFO: 12,
  /** Acknowledgements that are refused: id, first sequence, count, deliveries, failure. */
  REFUSED: 13,
} as const;

/** Flags of `DeliveryEntry.MARKED`. */
export const MarkFlag = { RETAINED: 1, REQUEST: 2, GAP: 4 } as const;

/** Entries that a subscriber sends. */
export const SubscriberEntry = {
  /** A reply to a request: token, bytes. */
  REPLY: 1,
  /** Marks a point, for one of those who share it: number, whether what is retained is to come there. */
  SNAPSHOT: 2,
  /** Asks for the end in order. */
  DRAIN: 3,
  /** Messages that may be sent besides: count. */
  CREDIT: 4,
  /** Asks for the end now. */
  LEAVE: 5,
} as const;

/** Entries that a consumer sends. */
export const ConsumerEntry = {
  /** Messages are done with: first sequence, count, deliveries. */
  ACK: 1,
  /** It is to come again: id, sequence, deliveries, milliseconds. */
  NAK: 2,
  /** It is given up: id, sequence, deliveries, reason. */
  TERMINATE: 3,
  /** It is being worked on: id, sequence, deliveries. */
  IN_PROGRESS: 4,
  /** Messages that may be sent besides: count. */
  CREDIT: 5,
  /** Asks what the consumer has done: id. */
  INFO: 6,
  /** Asks for the end: no message comes after what this is replied to. */
  CLOSE: 7,
  /** Asks what has come of all acknowledgements since the last such: id. */
  CONFIRM: 8,
} as const;

/** Bytes of the largest block of entries, unless one entry is larger. */
export const BLOCK_BYTES = 32_768;

/** Bytes of the largest head of an entry, without its text and its message. */
export const MAX_HEAD_BYTES = 64;

/** Bytes of the longest text of a failure, and of what names a message. */
export const MAX_TEXT_BYTES = 1024;

/** Subjects that have a number in one direction of a connection. */
export const MAX_SUBJECTS = 4096;

/** Subjects that have a number in the messages of one subscription. */
export const MAX_DELIVERY_SUBJECTS = 512;

/** Messages that may be on their way to the members of a group in a process. */
export const MAX_QUEUE_CREDIT = 256;

/** Messages that may be on their way to one consumer. */
export const CONSUMER_CREDIT = 1024;

/** Bytes that are asked for ahead for one consumer, by the size of the last. */
export const CONSUMER_CREDIT_BYTES = 1_048_576;

/** Acknowledgements that are confirmed as one, at most. */
export const MAX_ACK_GROUP = 4096;

/** Requests, or messages of a stream, that may be pending by one connection. */
export const MAX_PENDING = 65_536;
