/**
 * How failures cross: a number for the class of the error, and a text for
 * people. What is no error of a bus stays on its side.
 *
 * @module
 */
import { TroupeError } from "../../actor/mod.ts";
import {
  AckError,
  BusClosedError,
  BusForbiddenError,
  BusLimitError,
  BusTimeoutError,
  NoRespondersError,
  SlowSubscriberError,
  StreamConfigError,
  StreamConflictError,
  StreamFullError,
  StreamNotFoundError,
  StreamStorageError,
  UnsupportedFeatureError,
} from "../errors.ts";
import { CodecError } from "../../codec/mod.ts";
import type { EntryReader } from "./entry_reader.ts";
import type { EntryWriter } from "./entry_writer.ts";
import { MAX_TEXT_BYTES } from "./protocol.ts";

/** The errors by their numbers; 0 is any other. */
const CLASSES: readonly (new (message: string) => Error)[] = [
  TroupeError,
  BusForbiddenError,
  BusLimitError,
  NoRespondersError,
  BusTimeoutError,
  BusClosedError,
  SlowSubscriberError,
  UnsupportedFeatureError,
  StreamNotFoundError,
  StreamConfigError,
  StreamFullError,
  StreamConflictError,
  AckError,
  StreamStorageError,
  TypeError,
  RangeError,
  CodecError,
];

/** A failure on the wire. */
export interface Failure {
  /** The number of its class; one that is not known counts as 0. */
  readonly code: number;
  /** A text for people. */
  readonly text: string;
}

/** Most bytes of a failure in an entry. */
export const FAILURE_BYTES: number = MAX_TEXT_BYTES + 16;

/** Returns what the other side learns of an error. */
export function toFailure(error: unknown): Failure {
  const code = CLASSES.findIndex((type, index) =>
    index > 0 && error instanceof Error && error.constructor === type
  );
  if (code < 0 || !(error instanceof Error)) {
    return { code: 0, text: "The bus has failed, see the log of its process" };
  }
  return { code, text: shortened(error.message) };
}

/** Returns whether all of an error crosses, so that nothing needs a report. */
export function isKnown(error: unknown): boolean {
  return toFailure(error).code !== 0;
}

/** Returns the error for what the other side has said. */
export function fromFailure({ code, text }: Failure): Error {
  const type = CLASSES[code] ?? TroupeError;
  return new type(text);
}

/** Writes a failure, as the last part of an entry. */
export function writeFailure(
  writer: EntryWriter,
  { code, text }: Failure,
): void {
  writer.number(code);
  writer.text(shortened(text));
}

/** Reads a failure. */
export function readFailure(reader: EntryReader): Failure {
  return { code: reader.number(), text: reader.text(MAX_TEXT_BYTES) };
}

/** Returns a text of at most `MAX_TEXT_BYTES`. */
function shortened(text: string): string {
  const most = MAX_TEXT_BYTES / 4;
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
