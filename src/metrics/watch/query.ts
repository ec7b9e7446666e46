/**
 * The question of a view, as it stands in an address.
 *
 * @module
 */
import type { ActorState } from "../../actor/mod.ts";
import { closestName, shown } from "../../checks/internal.ts";
import { WATCH_SORTS, type WatchKind } from "./protocol.ts";

/** The most rows of a view. */
const MAX_LIMIT = 500;
/** Rows of a view that asks for no number. */
const DEFAULT_LIMIT = 100;
/** The farthest row that may be asked for. */
const MAX_OFFSET = 1_000_000;
/** The most paths whose children are shown. */
const MAX_OPEN = 200;
/** Characters that a text may have. */
const MAX_TEXT = 4096;

/** A list that is sorted. */
export type ListKind = keyof typeof WATCH_SORTS;

/** A question, with its defaults filled in. */
export interface WatchQuery {
  readonly kind: WatchKind;
  readonly sort: string;
  readonly descending: boolean;
  /** In lower case; empty for all. */
  readonly filter: string;
  /** What stands before the paths of a worker where they are shown. */
  readonly place: string;
  readonly offset: number;
  readonly limit: number;
  readonly state: ActorState | undefined;
  readonly under: string;
  readonly open: ReadonlySet<string>;
  readonly session: number | undefined;
  readonly path: string;
}

const LIST = ["sort", "order", "filter", "offset", "limit"];

/** The parameters of each kind. */
const PARAMETERS: Readonly<Record<WatchKind, readonly string[]>> = {
  overview: [],
  actors: [...LIST, "state", "under", "open"],
  actor: ["path"],
  dead_letters: LIST,
  sessions: LIST,
  streams: [...LIST, "session"],
  terminals: LIST,
};

const KINDS = Object.keys(PARAMETERS) as WatchKind[];
const STATES = ["starting", "running", "stopping", "waiting", "stopped"];
const ORDERS = ["ascending", "descending"];

/** Columns of text, which are sorted from A to Z unless asked otherwise. */
const TEXTS = ["tree", "path", "state", "id", "remote", "phase", "session"]
  .concat("waits", "command");

/** A question that cannot be asked. */
export class WatchQueryError extends Error {
  static {
    this.prototype.name = "WatchQueryError";
  }
}

/**
 * Reads the question of an address.
 *
 * @throws {WatchQueryError} if a parameter is not known or not valid.
 */
export function parseWatchQuery(parameters: URLSearchParams): WatchQuery {
  const kind = oneOf("kind", parameters.get("kind") ?? undefined, KINDS);
  const known = ["kind", ...PARAMETERS[kind]];
  for (const name of new Set(parameters.keys())) {
    if (!known.includes(name)) throw unknown(name, kind, known);
    if (name !== "open" && parameters.getAll(name).length > 1) {
      throw new WatchQueryError(`Cannot use ${name}: it is there twice`);
    }
  }
  const isList = kind in WATCH_SORTS;
  const sorts: readonly string[] = isList ? WATCH_SORTS[kind as ListKind] : [];
  const given = (name: string): string | undefined =>
    textOf(name, parameters.get(name) ?? undefined);
  const sort = isList ? oneOf("sort", given("sort") ?? sorts[0], sorts) : "";
  const order = oneOf(
    "order",
    given("order") ?? (TEXTS.includes(sort) ? "ascending" : "descending"),
    ORDERS,
  );
  if (sort === "tree" && order === "descending") {
    throw new WatchQueryError(
      "Cannot use order: a tree has its own, leave it out or sort by something else",
    );
  }
  const open = parameters.getAll("open").map((path) => textOf("open", path));
  if (open.length > MAX_OPEN) {
    throw new WatchQueryError(
      `Cannot use open: it is there ${open.length} times, ${MAX_OPEN} are allowed; use "*" for all`,
    );
  }
  const state = given("state");
  const session = given("session");
  const path = given("path");
  if (kind === "actor" && path === undefined) {
    throw new WatchQueryError("Cannot use path: it is missing");
  }
  return {
    kind,
    sort,
    descending: order === "descending",
    filter: (given("filter") ?? "").toLowerCase(),
    place: "",
    offset: wholeNumber("offset", given("offset") ?? "0", 0, MAX_OFFSET),
    limit: wholeNumber(
      "limit",
      given("limit") ?? String(DEFAULT_LIMIT),
      1,
      MAX_LIMIT,
    ),
    state: state === undefined
      ? undefined
      : oneOf("state", state, STATES) as ActorState,
    under: given("under") ?? "/",
    open: new Set(open),
    session: session === undefined
      ? undefined
      : wholeNumber("session", session, 1, Number.MAX_SAFE_INTEGER),
    path: path ?? "",
  };
}

/** Returns a text that is the same for equal questions. */
export function keyOf(query: WatchQuery): string {
  return JSON.stringify({ ...query, open: [...query.open].sort() });
}

function textOf<T extends string | undefined>(name: string, text: T): T {
  if ((text?.length ?? 0) <= MAX_TEXT) return text;
  throw new WatchQueryError(
    `Cannot use ${name}: it has ${text?.length} characters, ${MAX_TEXT} are allowed`,
  );
}

function oneOf<T extends string>(
  name: string,
  value: string | undefined,
  values: readonly T[],
): T {
  const found = values.find((one) => one === value);
  if (found !== undefined) return found;
  const meant = value && closestName(value, values);
  throw new WatchQueryError(
    `Cannot use ${name}: it is ${
      value === undefined ? "missing" : shown(value.slice(0, 100))
    }, it must be one of ${values.join(", ")}${
      meant ? `; did you mean ${meant}?` : ""
    }`,
  );
}

function wholeNumber(
  name: string,
  text: string,
  min: number,
  max: number,
): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= min && number <= max) return number;
  throw new WatchQueryError(
    `Cannot use ${name}: it is ${
      shown(text.slice(0, 100))
    }, it must be a whole number from ${min} to ${max}`,
  );
}

function unknown(
  name: string,
  kind: WatchKind,
  known: readonly string[],
): WatchQueryError {
  const meant = closestName(name, known);
  return new WatchQueryError(
    `Cannot use ${shown(name.slice(0, 100))}: ${kind} has no such parameter, ${
      meant === undefined
        ? `it has ${known.join(", ")}`
        : `did you mean ${meant}?`
    }`,
  );
}
