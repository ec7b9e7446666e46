/**
 * Names as OpenMetrics has them, and label sets as keys.
 *
 * @module
 */
import { shown } from "../checks/internal.ts";
import { InstrumentError } from "./metrics_errors.ts";
import type { Labels } from "./snapshot.ts";

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;
/** OpenMetrics ends the names of samples with these. */
const SUFFIX = /_(total|created|count|sum|bucket|gcount|gsum|info)$/;
/** OpenMetrics names the parts of histograms and summaries with these. */
const RESERVED_LABELS: ReadonlySet<string> = new Set(["le", "quantile"]);

/**
 * The most characters of a label's value; the rest is cut off, so that long
 * values cannot fill the memory.
 */
export const MAX_LABEL_CHARS = 256;

/**
 * Checks the name of an instrument.
 *
 * @throws {InstrumentError} if OpenMetrics does not allow it.
 */
export function checkInstrumentName(name: string): void {
  const fail = (what: string): never => {
    throw new InstrumentError(
      `Cannot create an instrument: its name is ${
        JSON.stringify(name)
      }, ${what}`,
    );
  };
  if (typeof name !== "string") fail("it must be a string");
  if (!NAME.test(name)) {
    fail(
      "it must have only letters, digits, _ and :, and not start with a digit",
    );
  }
  const suffix = name.match(SUFFIX)?.[0];
  if (suffix !== undefined) {
    fail(`it must not end with ${suffix}, which exporters add themselves`);
  }
}

/**
 * Returns the labels as they are kept: in the order of their names, and with
 * values that are not too long.
 *
 * @throws {InstrumentError} if a name is not valid or a value is not a string.
 */
export function checkLabels(labels: Labels): Labels {
  if (typeof labels !== "object" || labels === null) {
    throw new InstrumentError(
      `Cannot use labels: they are ${
        shown(labels)
      }, they must be an object such as { shop: "north" }`,
    );
  }
  const entries = Object.entries(labels).map(([name, value]) => {
    if (!LABEL.test(name) || RESERVED_LABELS.has(name)) {
      throw new InstrumentError(
        `Cannot use the label ${
          JSON.stringify(name)
        }: it must have only letters, digits and _, not start with a digit or __, and be neither le nor quantile`,
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
