/**
 * The parameters of an address, as PocketBase's client writes them.
 *
 * @module
 */
import { type FieldTree, parseFields } from "../query/fields.ts";
import { Problem } from "./problem.ts";

/** What a list is asked for. */
export interface ListParameters {
  /** The page, from 1. */
  readonly page: number;
  /** Records of a page. */
  readonly perPage: number;
  /** What selects the records; empty for all. */
  readonly filter: string;
  /** Their order; empty for any. */
  readonly sort: string;
  /** Whether nobody needs to know how many there are. */
  readonly skipTotal: boolean;
  /** How the records are shown. */
  readonly shown: ShownParameters;
}

/** How records are shown. */
export interface ShownParameters {
  /** Relations that are expanded; empty for none. */
  readonly expand: string;
  /** Fields that are returned; `undefined` for all. */
  readonly fields: FieldTree | undefined;
}

/** Records of a page if nobody says how many, and at most. */
const PER_PAGE = 30;
const MAX_PER_PAGE = 1000;

/** The most records that the pages before one may have. */
const MAX_OFFSET = 10_000_000;

/**
 * Reads the parameters of a list. A page that is none is the first, and one
 * that is larger than 1,000 records has 1,000, as PocketBase has it.
 *
 * @throws {Problem} if a number is none, or the page lies beyond all bounds.
 */
export function listParameters(query: URLSearchParams): ListParameters {
  const perPage = Math.min(
    wholeNumber(query, "perPage") || PER_PAGE,
    MAX_PER_PAGE,
  );
  const page = wholeNumber(query, "page") || 1;
  if (page * perPage > MAX_OFFSET) {
    throw new Problem(
      "bad_request",
      `"page" is ${page}: it lies beyond ${MAX_OFFSET} records, sort and filter by the last record instead`,
    );
  }
  return {
    page,
    perPage,
    filter: query.get("filter") ?? "",
    sort: query.get("sort") ?? "",
    skipTotal: isTrue(query.get("skipTotal")),
    shown: shownParameters(query),
  };
}

/**
 * Reads how records are shown.
 *
 * @throws {QueryError} if `fields` names none.
 */
export function shownParameters(query: URLSearchParams): ShownParameters {
  return {
    expand: query.get("expand") ?? "",
    fields: parseFields(query.get("fields") ?? ""),
  };
}

function wholeNumber(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? "";
  if (text === "") return 0;
  if (/^-?\d{1,15}$/.test(text)) return Math.max(0, Number(text));
  throw new Problem("bad_request", `"${name}" must be a whole number`);
}

/** Go's `strconv.ParseBool`, which PocketBase uses. */
function isTrue(text: string | null): boolean {
  return text !== null && /^(1|t|true)$/i.test(text);
}
