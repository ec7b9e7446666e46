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
  checkObject,
  checkOptionNames,
  checkSignal,
  checkString,
  type OptionNames,
} from "../../checks/internal.ts";
import type { ReadAsciicastOptions } from "./asciicast_reader.ts";
import type { ReplayAsciicastOptions } from "./asciicast_replay.ts";
import type { RecorderOptions } from "./recorder_options.ts";

const READ: OptionNames<ReadAsciicastOptions> = {
  maxLineBytes: true,
  maxLines: true,
};
const REPLAY: OptionNames<ReplayAsciicastOptions> = {
  speed: true,
  idleLimitMs: true,
  signal: true,
  clock: true,
};
const RECORD: OptionNames<RecorderOptions> = {
  size: true,
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

/** @throws {TypeError} if an option is not known. */
export function checkReadOptions(options: ReadAsciicastOptions): void {
  checkOptionNames("readAsciicast()", options, READ);
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
