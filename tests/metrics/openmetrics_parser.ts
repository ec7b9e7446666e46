/**
 * A strict reader of OpenMetrics 1.0: what the grammar and its rules do not
 * allow, it refuses.
 *
 * @module
 */

/** A family as it was read. */
export interface ReadFamily {
  readonly name: string;
  readonly type: string;
  unit?: string;
  help?: string;
  readonly samples: ReadSample[];
}

/** A sample as it was read. */
export interface ReadSample {
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly value: number;
}

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ["_total", "_created"],
  gauge: [""],
  summary: ["", "_count", "_sum", "_created"],
  histogram: ["_bucket", "_count", "_sum", "_created"],
};
const NUMBER = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|[+-]Inf|NaN)$/i;

/** Reads a whole text. @throws {SyntaxError} when it is none. */
export function parseOpenMetrics(text: string): ReadFamily[] {
  if (!text.endsWith("# EOF\n")) throw new SyntaxError("It has no end");
  const lines = text.slice(0, -"# EOF\n".length).split("\n");
  if (lines.pop() !== "") throw new SyntaxError("A line has no end");
  const families: ReadFamily[] = [];
  const taken = new Set<string>();
  for (const line of lines) {
    const fail = (why: string) => new SyntaxError(`${why}: ${line}`);
    const comment = /^# (TYPE|UNIT|HELP) ([a-zA-Z_:][\w:]*) ([^]*)$/.exec(line);
    if (comment !== null) {
      const [, keyword, name = "", rest = ""] = comment;
      if (keyword === "TYPE") {
        const suffixes = SUFFIXES[rest];
        if (suffixes === undefined) throw fail("No such type");
        for (const suffix of ["", ...suffixes]) {
          if (suffix === "" && !suffixes.includes("")) continue;
          if (taken.has(name + suffix)) throw fail("The name is taken");
        }
        for (const suffix of suffixes) taken.add(name + suffix);
        if (families.some((family) => family.name === name)) {
          throw fail("The family was there");
        }
        families.push({ name, type: rest, samples: [] });
        continue;
      }
      const family = families.at(-1);
      if (family?.name !== name) throw fail("It is of another family");
      if (family.samples.length > 0) throw fail("It comes too late");
      if (keyword === "UNIT") {
        if (family.unit !== undefined) throw fail("It is there twice");
        if (!name.endsWith(`_${rest}`)) throw fail("The name lacks the unit");
        family.unit = rest;
      } else {
        if (family.help !== undefined) throw fail("It is there twice");
        family.help = unescape(rest, fail);
      }
      continue;
    }
    const family = families.at(-1);
    if (family === undefined) throw fail("It is of no family");
    const sample = readSample(line, fail);
    if (
      !SUFFIXES[family.type]?.some((end) => family.name + end === sample.name)
    ) throw fail("The name does not fit the type");
    const isQuantile = family.type === "summary" && sample.name === family.name;
    if (isQuantile !== ("quantile" in sample.labels)) {
      throw fail("A quantile is where none belongs, or lacks");
    }
    if (isQuantile) {
      const at = Number(sample.labels.quantile);
      if (!(at >= 0 && at <= 1)) throw fail("It is no quantile");
    }
    const isBucket = family.type === "histogram" &&
      sample.name.endsWith("_bucket");
    if (isBucket !== ("le" in sample.labels)) {
      throw fail("A bound is where none belongs, or lacks");
    }
    if (family.type === "counter" && !(sample.value >= 0)) {
      throw fail("A counter is negative, or no number");
    }
    const key = keyOf(sample);
    if (family.samples.some((other) => keyOf(other) === key)) {
      throw fail("The sample was there");
    }
    family.samples.push(sample);
  }
  for (const family of families) {
    if (family.type === "histogram") checkHistogram(family);
  }
  return families;
}

/** Buckets rise to `+Inf`, whose count is that of the histogram. */
function checkHistogram({ name, samples }: ReadFamily): void {
  const groups = Map.groupBy(samples, ({ labels: { le: _, ...labels } }) => {
    return JSON.stringify(Object.entries(labels).sort());
  });
  for (const group of groups.values()) {
    const fail = (why: string) => new SyntaxError(`${why}: ${name}`);
    const of = (end: string) =>
      group.filter((sample) => sample.name === name + end);
    const buckets = of("_bucket");
    buckets.forEach(({ labels, value }, index) => {
      const before = buckets[index - 1];
      if (before === undefined) return;
      if (!(boundOf(labels) > boundOf(before.labels))) {
        throw fail("The bounds do not rise");
      }
      if (!(value >= before.value)) throw fail("The counts fall");
    });
    const last = buckets.at(-1);
    if (last?.labels.le !== "+Inf") throw fail("There is no last bucket");
    const [count] = of("_count");
    if (count?.value !== last.value) throw fail("The count is another");
    if (of("_sum").length !== 1) throw fail("There is no sum");
  }
}

function boundOf({ le = "" }: Record<string, string>): number {
  if (!/^(\d+\.\d+|\d(\.\d+)?e[+-]\d+|\+Inf)$/.test(le)) {
    throw new SyntaxError(`The bound is not canonical: ${le}`);
  }
  return Number(le.replace("Inf", "Infinity"));
}

function keyOf({ name, labels }: ReadSample): string {
  return JSON.stringify([name, Object.entries(labels).sort()]);
}

function readSample(line: string, fail: (why: string) => Error): ReadSample {
  const start = /^([a-zA-Z_:][\w:]*)/.exec(line);
  if (start === null) throw fail("It has no name");
  const [name] = start;
  let rest = line.slice(name.length);
  const labels: Record<string, string> = {};
  if (rest.startsWith("{")) {
    rest = rest.slice(1);
    for (;;) {
      const label = /^([a-zA-Z_]\w*)="((?:[^"\\\n]|\\.)*)"(,|\})/.exec(rest);
      if (label === null) throw fail("A label is wrong");
      const [whole, key = "", value = "", end] = label;
      if (Object.hasOwn(labels, key)) throw fail("A label is there twice");
      labels[key] = unescape(value, fail);
      rest = rest.slice(whole.length);
      if (end === "}") break;
    }
  }
  if (!rest.startsWith(" ") || !NUMBER.test(rest.slice(1))) {
    throw fail("The value is no number");
  }
  const number = rest.slice(1);
  const value = Number(number.replace(/Inf$/, "Infinity"));
  return { name, labels, value };
}

function unescape(text: string, fail: (why: string) => Error): string {
  if (/(?<!\\)(?:\\\\)*"/.test(text)) throw fail("A quote is bare");
  return text.replace(/\\(.?)/g, (_, next: string) => {
    if (next === "n") return "\n";
    if (next === "\\" || next === '"') return next;
    throw fail("An escape is unknown");
  });
}
