/**
 * The options of consumers: checked, with defaults filled in, and compared.
 *
 * @module
 */
import {
  checkNumber,
  checkObject,
  checkOneOf,
  checkOptionNames,
  checkSignal,
  countFrom,
  type OptionNames,
  resolveNumbers,
} from "../../checks/internal.ts";
import type { ConsumeOptions, ConsumerStart } from "../consumer.ts";
import { StreamConfigError } from "../errors.ts";
import { checkPattern, checkSubject } from "../subject_rules.ts";
import { checkName, differing, type ResolvedStream } from "./stream_config.ts";
import { overlap } from "./subject_filter.ts";

/** A consumer as it was asked for, with all defaults. */
export interface ResolvedConsumer {
  readonly name: string;
  /** Whether it has a name of its own, and so outlives its readers. */
  readonly isKept: boolean;
  readonly pattern: string;
  readonly start: ConsumerStart;
  readonly ackWaitMs: number;
  readonly maxDeliveries: number;
  readonly maxPendingAcks: number;
  readonly deadLetter: string | null;
}

const NAMES: OptionNames<ConsumeOptions> = {
  name: true,
  start: true,
  ackWaitMs: true,
  maxDeliveries: true,
  deadLetter: true,
  maxPendingAcks: true,
  signal: true,
  holder: true,
};

const START_NAMES: OptionNames<Exclude<ConsumerStart, string>> = {
  sequence: true,
  timeMs: true,
};

const NUMBERS = {
  ackWaitMs: 30_000,
  maxDeliveries: Infinity,
  maxPendingAcks: 1000,
};

const RANGES = {
  ackWaitMs: { min: 1 },
  maxDeliveries: countFrom(1),
  maxPendingAcks: countFrom(1),
};

/**
 * Returns the options of a consumer with their defaults.
 *
 * @throws {TypeError} for an option of the wrong type, or that is not known.
 * @throws {RangeError} for a number that is out of its range.
 * @throws {StreamConfigError} for options that the stream cannot serve.
 */
export function resolveConsumer(
  pattern: string,
  options: ConsumeOptions,
  stream: ResolvedStream,
): ResolvedConsumer {
  checkPattern("the pattern of consume()", pattern);
  checkOptionNames<ConsumeOptions>("consume()", options, NAMES);
  const { name, start = "first", deadLetter, signal, holder } = options;
  if (name !== undefined) checkName("the name of a consumer", name);
  if (signal !== undefined) checkSignal("signal", signal);
  if (holder !== undefined) {
    checkObject("holder", holder, "an object with a signal");
    checkSignal("holder.signal", holder.signal);
  }
  if (deadLetter !== undefined) checkSubject("deadLetter", deadLetter);
  const resolved: ResolvedConsumer = {
    name: name ?? `~${crypto.randomUUID()}`,
    isKept: name !== undefined,
    pattern,
    start: resolveStart(start),
    ...resolveNumbers(options, NUMBERS, RANGES),
    deadLetter: deadLetter ?? null,
  };
  checkFits(resolved, stream);
  return resolved;
}

function resolveStart(start: ConsumerStart): ConsumerStart {
  if (typeof start === "string") {
    checkOneOf("start", start, ["first", "new", "last", "last_per_subject"]);
    return start;
  }
  checkObject("start", start, "a start such as { sequence: 1 }");
  checkOptionNames("start", start, START_NAMES);
  if ("sequence" in start && "timeMs" in start) {
    throw new TypeError(
      "Cannot use start: it has both sequence and timeMs, it must have one of them",
    );
  }
  if ("sequence" in start) {
    checkNumber("start.sequence", start.sequence, { min: 1, integer: true });
    return { sequence: start.sequence };
  }
  checkNumber("start.timeMs", start.timeMs, { finite: true });
  return { timeMs: start.timeMs };
}

function checkFits(consumer: ResolvedConsumer, stream: ResolvedStream): void {
  const { subjects, retention } = stream.options;
  const { pattern, deadLetter, start } = consumer;
  if (!subjects.some((subject) => overlap(subject, pattern))) {
    throw new StreamConfigError(
      `Cannot consume "${pattern}": stream ${stream.name} keeps no such subject, but ${
        subjects.map((subject) => `"${subject}"`).join(", ")
      }`,
    );
  }
  if (
    deadLetter !== null &&
    subjects.some((subject) => overlap(subject, deadLetter))
  ) {
    throw new StreamConfigError(
      `Cannot use deadLetter: it is "${deadLetter}", which stream ${stream.name} keeps itself, choose a subject of another stream or of none`,
    );
  }
  if (retention === "work_queue" && start !== "first") {
    throw new StreamConfigError(
      `Cannot use start: it is ${
        JSON.stringify(start)
      }, a consumer of the work queue ${stream.name} starts with "first"`,
    );
  }
}

/**
 * Checks that a consumer that is there is what is asked for.
 *
 * @throws {StreamConfigError} that names the option that is not the same.
 */
export function checkSameConsumer(
  there: ResolvedConsumer,
  asked: ResolvedConsumer,
): void {
  const name = differing(there, asked);
  if (name === undefined) return;
  throw new StreamConfigError(
    `Cannot use ${name} of consumer ${there.name}: it is ${
      JSON.stringify(Reflect.get(asked, name))
    }, the consumer exists with ${
      JSON.stringify(Reflect.get(there, name))
    }, give the same or delete it first`,
  );
}

/**
 * Checks that a work queue has one consumer for a subject.
 *
 * @throws {StreamConfigError} that names the other consumer.
 */
export function checkOnlyOne(
  asked: ResolvedConsumer,
  others: Iterable<ResolvedConsumer>,
): void {
  for (const { name, isKept, pattern } of others) {
    if (!overlap(pattern, asked.pattern)) continue;
    const wayOut = isKept
      ? `share it by its name, or remove it with deleteConsumer(${
        JSON.stringify(name)
      })`
      : "which has no name to share it by, close it first";
    throw new StreamConfigError(
      `Cannot consume "${asked.pattern}": consumer ${name} has "${pattern}" of this work queue already, ${wayOut}`,
    );
  }
}
