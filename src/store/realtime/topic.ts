/**
 * What a client subscribes to, as PocketBase's client writes it:
 * `tasks/*` or `tasks/RECORD_ID`, with a filter and the like in `options`.
 *
 * @module
 */

/** What one topic of a client selects. */
export interface Topic {
  /** The text itself, which is the name of its events. */
  readonly name: string;
  /** The name of the collection. */
  readonly collection: string;
  /** The id of the one record; `undefined` for those of the whole collection. */
  readonly id: string | undefined;
  /** What selects among them; empty for all. */
  readonly filter: string;
  /** Relations that are expanded; empty for none. */
  readonly expand: string;
  /** Fields that are sent; empty for all. */
  readonly fields: string;
}

/** The longest topic, in units of UTF-16, as PocketBase has it. */
const MAX_TOPIC_LENGTH = 2500;

/** Reads a topic; `undefined` if it is none. */
export function parseTopic(name: string): Topic | undefined {
  if (name.length > MAX_TOPIC_LENGTH) return undefined;
  const match = /^([A-Za-z_]\w{0,99})\/(\*|[\w-]{1,100})(?:\?(.*))?$/
    .exec(name);
  if (match === null) return undefined;
  const [, collection = "", id, search = ""] = match;
  const query = queryOf(new URLSearchParams(search).get("options"));
  const [filter, expand, fields] = ["filter", "expand", "fields"].map((name) =>
    query === undefined ? undefined : textOf(query, name)
  );
  if (filter === undefined || expand === undefined || fields === undefined) {
    return undefined;
  }
  return {
    name,
    collection,
    id: id === "*" ? undefined : id,
    filter,
    expand,
    fields,
  };
}

/** Returns the part `query` of the options; `undefined` if they are none. */
function queryOf(options: string | null): object | undefined {
  if (options === null) return {};
  let value: unknown;
  try {
    value = JSON.parse(options);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const query = valueOf(value, "query") ?? {};
  return isObject(query) ? query : undefined;
}

/** Returns a text that may be left out; `undefined` if it is something else. */
function textOf(query: object, name: string): string | undefined {
  const value = valueOf(query, name) ?? "";
  return typeof value === "string" ? value : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function valueOf(of: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(of, name)?.value;
}
