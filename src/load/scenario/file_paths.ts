/**
 * Files that a scenario names, which are found from its folder: pure decisions
 * without I/O.
 *
 * @module
 */
import { isAbsolute, join } from "node:path";
import { isRecord } from "./check_rule.ts";

/** The fields of requests that name files, by driver; `*` is each item. */
const OF_REQUESTS: { readonly [driver: string]: readonly string[][] } = {
  http: [["caFile"], ["bodyFile"], ["multipart", "*", "file"]],
  sse: [["caFile"]],
  websocket: [["caFile"]],
};

/** Returns a scenario whose files are found from the current directory. */
export function withPaths(value: unknown, directory: string): unknown {
  if (!isRecord(value)) return value;
  const found = (path: string) =>
    path === "" || isAbsolute(path) ? path : join(directory, path);
  const { feeders, defaults } = value;
  const changed: Record<string, unknown> = { ...value };
  if (isRecord(feeders)) {
    changed.feeders = mapped(
      feeders,
      (_name, feeder) => at(feeder, ["file"], found),
    );
  }
  if (isRecord(defaults)) {
    changed.defaults = mapped(
      defaults,
      (driver, request) => inRequest(driver, request, found),
    );
  }
  for (
    const part of [
      ...["operations", "setup", "teardown"],
      ...["userSetup", "userTeardown"],
    ]
  ) {
    if (Object.hasOwn(value, part)) {
      changed[part] = inItems(value[part], found);
    }
  }
  return changed;
}

type Found = (path: string) => string;

/** Changes the requests of operations and steps, at any depth. */
function inItems(items: unknown, found: Found): unknown {
  if (!Array.isArray(items)) return items;
  return items.map((item) => {
    if (!isRecord(item)) return item;
    const changed: Record<string, unknown> = { ...item };
    for (const inner of ["steps", "oneOf"]) {
      if (Object.hasOwn(item, inner)) {
        changed[inner] = inItems(item[inner], found);
      }
    }
    if (Object.hasOwn(item, "request")) {
      changed.request = inRequest(item.driver, item.request, found);
    }
    return changed;
  });
}

function inRequest(driver: unknown, request: unknown, found: Found): unknown {
  const paths = typeof driver === "string" && Object.hasOwn(OF_REQUESTS, driver)
    ? OF_REQUESTS[driver] ?? []
    : [];
  return paths.reduce<unknown>(
    (changed, path) => at(changed, path, found),
    request,
  );
}

/** Changes the text at a path, if there is one. */
function at(
  value: unknown,
  [name, ...rest]: readonly string[],
  found: Found,
): unknown {
  if (name === undefined) {
    return typeof value === "string" ? found(value) : value;
  }
  if (name === "*") {
    return Array.isArray(value)
      ? value.map((item) => at(item, rest, found))
      : value;
  }
  if (!isRecord(value) || !Object.hasOwn(value, name)) return value;
  return { ...value, [name]: at(value[name], rest, found) };
}

function mapped(
  record: { readonly [name: string]: unknown },
  change: (name: string, value: unknown) => unknown,
): { readonly [name: string]: unknown } {
  return Object.fromEntries(
    Object.entries(record).map(([name, one]) => [name, change(name, one)]),
  );
}
