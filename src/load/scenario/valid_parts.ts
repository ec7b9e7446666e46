/**
 * The parts of a scenario that are sound, which can be checked together: pure
 * decisions without I/O.
 *
 * @module
 */
import type { DriverIssue } from "../driver.ts";
import { isRecord } from "./check_rule.ts";

/**
 * Returns the parts without errors: the others are not checked again. An item
 * with an error leaves a hole in its list, so that the others keep their places.
 */
export function validParts(
  value: unknown,
  unsound: readonly DriverIssue[],
): unknown {
  if (!isRecord(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).flatMap(([part, content]) => {
      const issues = unsound.filter(({ path }) => path[0] === part);
      if (issues.length === 0) return [[part, content]];
      const paths = issues.map(({ path }) => path.slice(1));
      if (isRecord(content) && Object.hasOwn(SPARE, part)) {
        const rest = paths.reduce(withoutSpare, { part, content });
        return rest.content === undefined ? [] : [[part, rest.content]];
      }
      if (
        !Array.isArray(content) || issues.some(({ path }) => path.length < 2)
      ) {
        return [];
      }
      return [[part, withHoles(content, issues.map(({ path }) => path))]];
    }),
  );
}

/** Fields without which references to a part are known all the same. */
const SPARE: { readonly [part: string]: readonly string[] } = {
  target: ["args", "readyTimeoutMs"],
  feeders: ["order", "per"],
};

interface Rest {
  readonly part: string;
  readonly content: { readonly [name: string]: unknown } | undefined;
}

/** Leaves a field out that can be spared, or else the whole part. */
function withoutSpare(
  { part, content }: Rest,
  path: DriverIssue["path"],
): Rest {
  const names = SPARE[part] ?? [];
  const [first = "", second] = path;
  if (content === undefined) return { part, content };
  if (names.includes(String(first))) {
    const { [first]: _, ...others } = content;
    return { part, content: others };
  }
  const inner = content[first];
  if (!isRecord(inner) || !names.includes(String(second))) {
    return { part, content: undefined };
  }
  const { [String(second)]: _, ...others } = inner;
  return { part, content: { ...content, [first]: others } };
}

/**
 * Returns a list without the items at these paths; of a flow without the steps,
 * however deep they are in it.
 */
function withHoles(
  content: readonly unknown[],
  paths: readonly DriverIssue["path"][],
): unknown[] {
  let items: readonly unknown[] = content;
  for (const [, index, ...rest] of paths) {
    items = withHole(items, Number(index), rest);
  }
  return items.slice();
}

/** Lists in an item whose other items are checked without the one. */
const LISTS = ["steps", "oneOf", "checks"];
/** Fields without which an item can be checked. */
const DISPENSABLE = [
  ...["timeoutMs", "weight", "repeat"],
  ...["is", "abort", "abortAfterMs"],
];

function withHole(
  items: readonly unknown[],
  index: number,
  [field = "", inner, ...rest]: DriverIssue["path"],
): unknown[] {
  // What was left out before stays so.
  const changed = items.slice();
  const item = items[index];
  if (!isRecord(item)) {
    delete changed[index];
    return changed;
  }
  const within = item[field];
  if (
    LISTS.includes(String(field)) && typeof inner === "number" &&
    Array.isArray(within)
  ) changed[index] = { ...item, [field]: withHole(within, inner, rest) };
  else if (DISPENSABLE.includes(String(field))) {
    const { [field]: _, ...others } = item;
    changed[index] = others;
  } else if (
    Object.hasOwn(item, "metric") && /^(metric|value)$/.test(`${field}`)
  ) {
    changed[index] = withMetric(item);
  } else delete changed[index];
  return changed;
}

/** Returns a criterion of a metric that any value suits, for what else it says. */
function withMetric(
  criterion: { readonly [name: string]: unknown },
): { readonly [name: string]: unknown } {
  const metric = criterion.check === undefined ? "throughput" : "checkRate";
  return { ...criterion, metric, value: 0 };
}
