/**
 * The options of a publish on a stream, checked.
 *
 * @module
 */
import {
  checkInteger,
  checkOptionNames,
  checkSignal,
  checkString,
  type OptionNames,
  shown,
} from "../../checks/internal.ts";
import type { StreamPublishOptions } from "../stream.ts";

const NAMES: OptionNames<StreamPublishOptions> = {
  id: true,
  expectedLastSequence: true,
  signal: true,
};

/** The longest id of a message, in units of UTF-16. */
const MAX_ID_LENGTH = 255;

/**
 * Checks the options of a publish on a stream.
 *
 * @throws {TypeError} for an option of the wrong type, or that is not known.
 * @throws {RangeError} for a number that is out of its range.
 */
export function checkStreamPublish(options: StreamPublishOptions): void {
  checkOptionNames<StreamPublishOptions>(
    "publish()",
    options,
    NAMES,
  );
  const { id, expectedLastSequence, signal } = options;
  if (id !== undefined) checkId(id);
  if (expectedLastSequence !== undefined) {
    checkInteger("expectedLastSequence", expectedLastSequence, { min: 0 });
  }
  if (signal !== undefined) checkSignal("signal", signal);
}

function checkId(id: string): void {
  checkString("id", id);
  if (id.length >= 1 && id.length <= MAX_ID_LENGTH && id.isWellFormed()) return;
  throw new TypeError(
    `Cannot use id: it is ${
      shown(id)
    }, it must be well-formed text of 1 to ${MAX_ID_LENGTH} characters`,
  );
}
