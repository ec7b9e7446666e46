/**
 * The options of streams: checked, with defaults filled in, and compared.
 *
 * @module
 */
import {
  checkArray,
  checkOneOf,
  checkOptionNames,
  checkString,
  countFrom,
  type OptionNames,
  resolveNumbers,
  shown,
} from "../../checks/internal.ts";
import { StreamConfigError, UnsupportedFeatureError } from "../errors.ts";
import type { Durability, StreamOptions } from "../stream.ts";
import { checkPattern, RESERVED_PREFIX } from "../subject_rules.ts";
import { overlap } from "./subject_filter.ts";

/** A stream as it was asked for, with all defaults. */
export interface ResolvedStream {
  readonly name: string;
  readonly options: Required<StreamOptions>;
}

const NAMES: OptionNames<StreamOptions> = {
  subjects: true,
  durability: true,
  maxMessages: true,
  maxMessagesPerSubject: true,
  maxBytes: true,
  maxAgeMs: true,
  discard: true,
  retention: true,
  duplicateWindowMs: true,
};

const NUMBERS = {
  maxMessages: Infinity,
  maxMessagesPerSubject: Infinity,
  maxBytes: Infinity,
  maxAgeMs: Infinity,
  duplicateWindowMs: 120_000,
};

const RANGES = {
  maxMessages: countFrom(1),
  maxMessagesPerSubject: countFrom(1),
  maxBytes: countFrom(1),
  maxAgeMs: { min: 1 },
  duplicateWindowMs: { min: 0 },
};

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Checks the name of a stream or a consumer.
 *
 * @throws {TypeError} if it is not 1 to 64 letters, digits, `_` and `-`.
 */
export function checkName(name: string, value: unknown): void {
  checkString(name, value);
  if (NAME.test(value)) return;
  throw new TypeError(
    `Cannot use ${name}: it is ${
      shown(value)
    }, it must be 1 to 64 letters, digits, _ and -`,
  );
}

/**
 * Returns the options of a stream with their defaults.
 *
 * @param hasDirectory Whether there is a place for messages on a disk.
 * @throws {TypeError} for an option of the wrong type, or that is not known.
 * @throws {RangeError} for a number that is out of its range.
 * @throws {StreamConfigError} for subjects that no stream can have.
 * @throws {UnsupportedFeatureError} for a durability without a disk.
 */
export function resolveStream(
  name: string,
  options: StreamOptions,
  hasDirectory: boolean,
): ResolvedStream {
  checkName("the name of a stream", name);
  checkOptionNames<StreamOptions>("stream()", options, NAMES);
  const numbers = resolveNumbers(options, NUMBERS, RANGES);
  const {
    subjects,
    durability = hasDirectory ? "synced" : "memory",
    discard = "oldest",
    retention = "limits",
  } = options;
  checkOneOf<Durability>("durability", durability, [
    "memory",
    "written",
    "synced",
  ]);
  checkOneOf("discard", discard, ["oldest", "newest"]);
  checkOneOf("retention", retention, ["limits", "interest", "work_queue"]);
  checkSubjects(subjects);
  if (durability !== "memory" && !hasDirectory) {
    throw new UnsupportedFeatureError(
      `Cannot use durability: it is "${durability}", and the bus has no directory, give it one or use "memory"`,
    );
  }
  return {
    name,
    options: {
      subjects: [...subjects],
      durability,
      discard,
      retention,
      ...numbers,
    },
  };
}

function checkSubjects(subjects: readonly string[]): void {
  checkArray("subjects", subjects, "an array of one or more patterns");
  if (subjects.length === 0) {
    throw new RangeError(
      "Cannot use subjects: it is an empty array, it must have at least one pattern",
    );
  }
  for (const [index, subject] of subjects.entries()) {
    checkPattern(`subjects[${index}]`, subject);
    if (subject.startsWith(RESERVED_PREFIX)) {
      throw new StreamConfigError(
        `Cannot use subjects[${index}]: it is "${subject}", what begins with ${RESERVED_PREFIX} belongs to the bus`,
      );
    }
    const other = subjects.slice(0, index).find((one) => overlap(one, subject));
    if (other !== undefined) {
      throw new StreamConfigError(
        `Cannot use subjects[${index}]: "${subject}" overlaps with "${other}", name what is kept once`,
      );
    }
  }
}

/**
 * Checks that a stream that is there is what is asked for.
 *
 * @throws {StreamConfigError} that names the option that is not the same.
 */
export function checkSame(there: ResolvedStream, asked: ResolvedStream): void {
  const name = differing(there.options, asked.options);
  if (name === undefined) return;
  throw new StreamConfigError(
    `Cannot use ${name} of stream ${there.name}: it is ${
      text(asked.options, name)
    }, the stream exists with ${
      text(there.options, name)
    }, give the same or delete it first`,
  );
}

/** Returns the name of an option that is not the same in both. */
export function differing(one: object, other: object): string | undefined {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].find((name) => text(one, name) !== text(other, name));
}

function text(options: object, name: string): string {
  const value: unknown = Reflect.get(options, name);
  return typeof value === "number" ? `${value}` : JSON.stringify(value);
}

/**
 * Checks that no other stream keeps a subject of a new one.
 *
 * @throws {StreamConfigError} that names the other stream.
 */
export function checkApart(
  asked: ResolvedStream,
  others: Iterable<ResolvedStream>,
): void {
  for (const { name, options } of others) {
    for (const subject of asked.options.subjects) {
      const other = options.subjects.find((one) => overlap(one, subject));
      if (other === undefined) continue;
      throw new StreamConfigError(
        `Cannot use subjects of stream ${asked.name}: "${subject}" overlaps with "${other}" of stream ${name}, a message is kept by one stream`,
      );
    }
  }
}

/** Returns options as text that {@linkcode fromText} reads. */
export function toText(options: object): string {
  return JSON.stringify(
    options,
    (_key, value) => value === Infinity ? "Infinity" : value,
  );
}

/** Reads what {@linkcode toText} has written. */
export function fromText(text: string): unknown {
  return JSON.parse(
    text,
    (_key, value) => value === "Infinity" ? Infinity : value,
  );
}
