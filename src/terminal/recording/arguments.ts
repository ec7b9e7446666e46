/**
 * Checks of what users pass to recordings, for programs without types. Numbers
 * are checked where they are used.
 *
 * @module
 */
import {
  checkArray,
  checkBoolean,
  checkMethods,
  checkNumber,
  checkObject,
  checkOptionNames,
  checkSignal,
  checkString,
  kindOf,
  type OptionNames,
  shown,
} from "../../checks/internal.ts";
import type { ReadAsciicastOptions } from "./asciicast_reader.ts";
import type { ReplayAsciicastOptions } from "./asciicast_replay.ts";
import type { EncodeAsciicastOptions } from "./asciicast_writer.ts";
import type { RecordSessionOptions } from "./record_session.ts";
import type { RecorderOptions } from "./recorder_options.ts";

const READ: OptionNames<ReadAsciicastOptions> = {
  maxLineBytes: true,
  maxLines: true,
  maxDocumentBytes: true,
};
const REPLAY: OptionNames<ReplayAsciicastOptions> = {
  speed: true,
  idleLimitMs: true,
  signal: true,
  clock: true,
};
const ENCODE: OptionNames<EncodeAsciicastOptions> = { version: true };
const RECORD_SESSION: OptionNames<RecordSessionOptions> = {
  version: true,
  term: true,
  title: true,
  command: true,
  env: true,
  envNames: true,
  input: true,
  maxWaitingBytes: true,
  signal: true,
  clock: true,
};
const RECORD: OptionNames<RecorderOptions> = { size: true, ...RECORD_SESSION };

/** @throws {TypeError} if the source is no stream, or an option is not known. */
export function checkReadArguments(
  source: unknown,
  options: ReadAsciicastOptions,
): void {
  if (!(source instanceof ReadableStream)) {
    throw new TypeError(
      `Cannot use source: it is ${
        kindOf(source)
      }, it must be a ReadableStream of bytes, such as that of a file`,
    );
  }
  checkOptionNames("readAsciicast()", options, READ);
  for (
    const name of ["maxLineBytes", "maxLines", "maxDocumentBytes"] as const
  ) {
    const limit = options[name];
    if (limit !== undefined) checkNumber(name, limit, { above: 0 });
  }
}

/** @throws {TypeError} if it is not a recording. */
export function checkCast(cast: unknown): void {
  checkObject("cast", cast, "what readAsciicast() returns");
  const { header, events }: { header?: unknown; events?: unknown } = cast;
  checkObject("header of cast", header, "that of readAsciicast()");
  checkObject("events of cast", events, "those of readAsciicast()");
}

/** @throws {TypeError} if an argument is none, or an option is not known. */
export function checkRecordArguments(
  session: unknown,
  sink: unknown,
  options: RecordSessionOptions,
): void {
  checkMethods("session", session, ["attach"], "a PtySession");
  checkSink(sink);
  checkOptionNames("recordSession()", options, RECORD_SESSION);
}

/** @throws {TypeError} if it is not a stream that can be written. */
export function checkSink(sink: unknown): void {
  if (sink instanceof WritableStream) return;
  throw new TypeError(
    `Cannot use sink: it is ${kindOf(sink)}, it must be a WritableStream`,
  );
}

/** @throws {TypeError} if an option is not known, or the version not written. */
export function checkEncodeOptions(options: EncodeAsciicastOptions): void {
  checkOptionNames("encodeAsciicast()", options, ENCODE);
  checkVersion(options);
}

function checkVersion({ version }: EncodeAsciicastOptions): void {
  if (version === undefined || version === 2 || version === 3) return;
  throw new TypeError(
    `Cannot use version: it is ${shown(version)}, it must be 2 or 3`,
  );
}

/** @throws {TypeError} if an option is not known or of the wrong type. */
export function checkReplayOptions(options: ReplayAsciicastOptions): void {
  checkOptionNames("replayAsciicast()", options, REPLAY);
  const { signal, clock } = options;
  if (signal !== undefined) checkSignal("signal", signal);
  if (clock !== undefined) {
    checkMethods("clock", clock, ["now", "schedule"], "a Clock");
  }
}

/** @throws {TypeError} if an option is not known or of the wrong type. */
export function checkRecorderOptions(options: RecorderOptions): void {
  checkOptionNames("AsciicastRecorder", options, RECORD);
  const { size, envNames, input, signal, clock, env } = options;
  checkVersion(options);
  checkObject("size", size, "{ columns, rows }");
  for (const name of ["term", "title", "command"] as const) {
    if (options[name] !== undefined) checkString(name, options[name]);
  }
  if (env !== undefined) checkObject("env", env, "an object of strings");
  if (envNames !== undefined) {
    checkArray("envNames", envNames, "an array of strings");
  }
  if (input !== undefined) checkBoolean("input", input);
  if (signal !== undefined) checkSignal("signal", signal);
  if (clock !== undefined) {
    checkMethods("clock", clock, ["now", "schedule"], "a Clock");
  }
}
