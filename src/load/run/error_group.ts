/**
 * Which errors are of one kind: pure decisions without I/O.
 *
 * @module
 */

/** A message without the parts that vary from one error of its kind to another. */
export interface GroupedMessage {
  /** The message with a gap for each such part. */
  readonly key: string;
  /** What stands in the gaps. */
  readonly values: readonly string[];
}

const GAP = "\0";
const ELLIPSIS = "…";

/**
 * What varies: URLs, addresses, ports, identifiers, times, paths with a number,
 * long numbers, and the number that a check has found. Short numbers stay: 503
 * and 401 are different errors.
 */
const VARYING = new RegExp(
  [
    String.raw`\b(?:https?|wss?):\/\/[^\s"',)]+`,
    String.raw`\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b`,
    String.raw`\b\d{4}-\d\d-\d\dT[\d:.]+Z?`,
    String.raw`\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b`,
    String.raw`\b[a-z][\w.-]*:\d{2,5}\b`,
    String.raw`(?<=[\s"'(])\/[^\s"',)]*\d[^\s"',)]*`,
    String.raw`(?<=\b(?:port|id|key|pid|user)\b[ =:#"]{1,3})\d+\b`,
    String.raw`(?<!\bstatus is )(?<=\bis )-?\d[\d.]*(?=, expected\b)`,
    String.raw`\b(?=[a-f]*\d)[0-9a-f]{8,}\b`,
    String.raw`\b\d+\.\d+\b`,
    String.raw`\b\d{4,}\b`,
  ].join("|"),
  "gi",
);

/** Returns the kind of a message. */
export function groupOf(message: string): GroupedMessage {
  const text = message.replaceAll(GAP, "");
  // Whatever varies has a digit, but for URLs.
  if (!/\d|:\/\//.test(text)) return { key: text, values: [] };
  const values: string[] = [];
  const key = text.replace(VARYING, (value) => {
    values.push(value);
    return GAP;
  });
  return { key, values };
}

/**
 * Returns what is common to all values in each gap; `null` where they differ.
 */
export function commonValues(
  known: readonly (string | null)[],
  values: readonly (string | null)[],
): readonly (string | null)[] {
  return known.every((value, index) =>
      value === null || value === values[index]
    )
    ? known
    : known.map((value, index) => value === values[index] ? value : null);
}

/** Returns the message of a kind, with what is common to all of its errors. */
export function messageIn(
  key: string,
  values: readonly (string | null)[],
): string {
  let index = 0;
  return key.replaceAll(GAP, () => values[index++] ?? ELLIPSIS);
}
