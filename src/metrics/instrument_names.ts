/**
 * Names as OpenMetrics has them, and label sets as keys.
 *
 * @module
 */
import { InstrumentError } from "./metrics_errors.ts";
import type { Labels } from "./snapshot.ts";

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;
/** OpenMetrics ends the names of samples with them. */
const SUFFIX = /_(total|created|count|sum|bucket|gcount|gsum|info)$/;
/** OpenMetrics says with them what a sample of a histogram is. */
const TAKEN_LABELS: ReadonlySet<string> = new Set(["le", "quantile"]);

/**
 * The most characters of a label's value; the rest is cut off, so that its
 * length is no way to fill the memory.
 */
export const MAX_LABEL_CHARS = 256;

/**
 * Lets pass what may be the name of an instrument.
 *
 * @throws {InstrumentError}
 */
export function checkInstrumentName(name: string): void {
  const fail = (what: string): never => {
    throw new InstrumentError(
      `Cannot make an instrument: the name ${JSON.stringify(name)} ${what}`,
    );
  };
  if (!NAME.test(name)) {
    fail("may only have letters, digits, _ and :, and begin with no digit");
  }
  const suffix = name.match(SUFFIX)?.[0];
  if (suffix !== undefined) {
    fail(`ends with ${suffix}, which exporters add themselves: leave it out`);
  }
}

/**
 * The labels as they are kept, in the order of their names and with values
 * that are not too long.
 *
 * @throws {InstrumentError} when a name is none or a value is no string.
 */
export function checkLabels(labels: Labels): Labels {
  const entries = Object.entries(labels).map(([name, value]) => {
    if (!LABEL.test(name) || TAKEN_LABELS.has(name)) {
      throw new InstrumentError(
        `Cannot use the label ${
          JSON.stringify(name)
        }: it must be of letters, digits and _, begin with no digit and no __, and be neither le nor quantile`,
      );
    }
    if (typeof value !== "string") {
      throw new InstrumentError(
        `Cannot use the label ${name}: its value is ${value}, it must be a string`,
      );
    }
    return [name, value.slice(0, MAX_LABEL_CHARS)] as const;
  });
  entries.sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
  return Object.fromEntries(entries);
}
