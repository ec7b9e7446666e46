/**
 * Times, rates and sizes with units: pure decisions without I/O.
 *
 * @module
 */
import { show } from "./problems.ts";
import type { Problem } from "./rule.ts";

/** What a number is counted in, and so which units a text may have. */
export type Unit = "ms" | "rate" | "bytes" | "per_second" | "count";

type Factors = ReadonlyMap<string, number>;

/** From the longest on, as they are written one after the other. */
const TIMES: Factors = new Map([
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
]);
const SIZES: Factors = new Map([
  ["GiB", 2 ** 30],
  ["MiB", 2 ** 20],
  ["KiB", 2 ** 10],
  ["GB", 1e9],
  ["MB", 1e6],
  ["kB", 1e3],
  ["B", 1],
]);
const FACTORS: Readonly<Record<Unit, Factors>> = {
  ms: TIMES,
  bytes: SIZES,
  rate: new Map([["%", 0.01]]),
  per_second: new Map([["/s", 1]]),
  count: new Map(),
};

/** Other spellings of units, in small letters. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ...["msec", "msecs", "milli", "millis", "millisecond", "milliseconds"]
    .map((word) => [word, "ms"] as const),
  ...["sec", "secs", "second", "seconds"].map((word) => [word, "s"] as const),
  ...["min", "mins", "minute", "minutes"].map((word) => [word, "m"] as const),
  ...["hr", "hrs", "hour", "hours"].map((word) => [word, "h"] as const),
  ...["day", "days"].map((word) => [word, "d"] as const),
  ...["percent", "pct"].map((word) => [word, "%"] as const),
  ...["byte", "bytes"].map((word) => [word, "B"] as const),
  ["k", "KiB"],
  ["m", "MiB"],
  ["g", "GiB"],
  ["rps", "/s"],
  ["per second", "/s"],
]);

const PARTS = /^(?:\d+(?:\.\d+)?\s?[^\d\s.]+(?:\s[a-z]+)?\s?)+$/i;
const PART = /(\d+(?:\.\d+)?)\s?([^\d\s.]+(?:\s[a-z]+)?)/gi;
/** Digits of a number that are exact. */
const DIGITS = 15;

/**
 * Reads a text such as `1h30m`, `1.5 %` or `64KiB`: numbers, each with a unit,
 * from the greatest unit to the smallest. Returns `undefined` if it is none.
 */
export function readQuantity(text: string, unit: Unit): number | undefined {
  const parts = partsOf(text);
  const units = [...FACTORS[unit].keys()];
  let [sum, last] = [0, -1];
  for (const { number, name } of parts) {
    const place = units.indexOf(name);
    const factor = FACTORS[unit].get(name);
    if (factor === undefined || place <= last) return undefined;
    // Only times are written in several parts.
    if (last >= 0 && unit !== "ms") return undefined;
    last = place;
    sum += number * factor;
  }
  return last < 0 ? undefined : Number(sum.toPrecision(DIGITS));
}

function partsOf(
  text: string,
): readonly { readonly number: number; readonly name: string }[] {
  if (!PARTS.test(text)) return [];
  return [...text.matchAll(PART)].map(([, number, name = ""]) => ({
    number: Number(number),
    name,
  }));
}

/** What a text with a unit looks like, in words that follow "it must be". */
const EXAMPLES: Readonly<Record<Unit, string>> = {
  ms: "a time such as 500ms, 10s or 1h30m, or ",
  rate: "a percentage such as 1%, or ",
  bytes: "a size such as 64KiB, or ",
  per_second: "a rate such as 100/s, or ",
  count: "",
};

/**
 * Explains why a text is no quantity, with what was probably meant.
 *
 * @param otherwise What a number must be, such as `a number above 0`.
 */
export function quantityProblem(
  text: string,
  given: Unit,
  otherwise: string,
): Problem {
  const problem = `is ${show(text)}`;
  if (/^\d+(\.\d+)?$/.test(text)) {
    const suggestion = String(Number(text));
    const unit = EXAMPLES[given] === "" ? "" : ", or with a unit";
    return {
      message: `${problem}, write ${suggestion} without quotes${unit}`,
      suggestion,
    };
  }
  const number = readQuantity(text, given);
  if (number !== undefined) {
    return {
      message: `${problem}, which is ${number}${
        given === "ms" ? " ms" : ""
      }: it must be ${otherwise}`,
    };
  }
  const suggestion = meantBy(text, given);
  return suggestion === undefined
    ? { message: `${problem}, it must be ${EXAMPLES[given]}${otherwise}` }
    : { message: `${problem}, did you mean "${suggestion}"?`, suggestion };
}

function meantBy(text: string, unit: Unit): string | undefined {
  const trimmed = text.trim();
  const names = [...FACTORS[unit].keys()];
  const spelled = partsOf(trimmed).map(({ number, name }) => {
    const small = name.toLowerCase();
    const known = names.find((one) => one === name) ??
      [SPELLINGS.get(small)].find((one) =>
        one !== undefined && names.includes(one)
      ) ??
      names.find((one) => one.toLowerCase() === small);
    return known === undefined ? undefined : `${number}${known}`;
  });
  if (spelled.length === 0 || spelled.includes(undefined)) return undefined;
  const written = spelled.join("");
  return readQuantity(written, unit) === undefined ? undefined : written;
}

/**
 * Returns the number that a text with any unit stands for, as it is written
 * where there is no unit: `200kB` is 200000, `1.5s` is 1500 milliseconds.
 */
export function numberMeant(text: string): string | undefined {
  for (const unit of ["ms", "bytes", "rate", "per_second"] as const) {
    const number = readQuantity(text, unit) ??
      readQuantity(meantBy(text, unit) ?? "", unit);
    if (number !== undefined) return String(number);
  }
  return /^\d+(\.\d+)?$/.test(text) ? String(Number(text)) : undefined;
}
