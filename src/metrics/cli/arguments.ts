/**
 * The arguments of the view on a terminal.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { closestName } from "../../checks/internal.ts";
import { sortsOf, type ViewName, VIEWS } from "./views.ts";

/** The help text of the command line. */
export const HELP: string = `\
Shows what a running program does, in the way of top: its actors, connections,
terminals, instruments and load test, from its page of metrics.

  deno task watch [options] URL     the address of the page of serveMetrics, such
                                    as http://127.0.0.1:9464/

  --view NAME    what is shown first: ${VIEWS.join(", ")}
                 (default: load beside a load test, actors otherwise)
  --sort NAME    the column to sort by; each view has its own
  --reverse      sorts the other way round
  --filter TEXT  only rows that contain the text
  --limit N      rows of --once (default: 50)
  --once         prints the view once, as a table, and exits; so it does when
                 the output is no terminal
  --help         prints this help

Keys: 1 to ${VIEWS.length} or Tab changes the view; < and > change the column, r the order;
/ filters; the arrows move, Enter opens a group or shows an actor, Esc goes
back; p pauses, ? helps, q quits.

Exit codes: 0 all went well; 1 the page could not be reached; 2 the arguments
are not valid; 130 ended by Ctrl-C.`;

/** What the arguments ask for. */
export type WatchArguments =
  | { readonly type: "help" }
  | {
    readonly type: "watch";
    /** The address of the page, with a slash at its end. */
    readonly url: URL;
    readonly view: ViewName;
    /** Whether the arguments say what is shown first. */
    readonly isChosen: boolean;
    readonly sort: string | undefined;
    readonly isReversed: boolean;
    readonly filter: string;
    readonly limit: number;
    readonly once: boolean;
  };

/** An error in the arguments of the command line. */
export class WatchUsageError extends Error {
  static {
    this.prototype.name = "WatchUsageError";
  }
}

const TEXTS = ["view", "sort", "filter", "limit"] as const;
const SWITCHES = ["once", "reverse", "help"] as const;
const NAMES = [...TEXTS, ...SWITCHES].map((name) => `--${name}`);
const MAX_LIMIT = 500;

/**
 * Reads the arguments.
 *
 * @throws {WatchUsageError} if they are not valid.
 */
export function parseWatchArguments(args: readonly string[]): WatchArguments {
  const { _: rest, ...given } = parseArgs([...args], {
    string: [...TEXTS],
    boolean: [...SWITCHES],
  });
  for (const name of Object.keys(given)) {
    const option = name.length === 1 ? `-${name}` : `--${name}`;
    if (NAMES.includes(option)) continue;
    const meant = closestName(option, NAMES);
    throw new WatchUsageError(
      `There is no option ${option}${meant ? `; did you mean ${meant}?` : ""}`,
    );
  }
  if (given.help) return { type: "help" };
  if (rest.length !== 1) {
    throw new WatchUsageError(
      rest.length === 0
        ? "The address of a page is missing, such as http://127.0.0.1:9464/"
        : `There are ${rest.length} addresses, one is needed`,
    );
  }
  const view = oneOf("--view", given.view ?? "actors", VIEWS);
  const sorts = sortsOf(view as ViewName);
  const sort = given.sort === undefined
    ? undefined
    : oneOf("--sort", given.sort, sorts);
  const limit = Number(given.limit ?? 50);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new WatchUsageError(
      `--limit is ${given.limit}, it must be a whole number from 1 to ${MAX_LIMIT}`,
    );
  }
  return {
    type: "watch",
    url: addressOf(String(rest[0])),
    view: view as ViewName,
    isChosen: given.reverse ||
      [given.view, given.sort, given.filter].some((text) => text !== undefined),
    sort,
    isReversed: given.reverse,
    filter: given.filter ?? "",
    limit,
    once: given.once,
  };
}

function oneOf(name: string, value: string, values: readonly string[]): string {
  if (values.includes(value)) return value;
  const meant = closestName(value, values);
  throw new WatchUsageError(
    `${name} is ${JSON.stringify(value)}, ${
      values.length === 0
        ? "but this view cannot be sorted"
        : `it must be one of ${values.join(", ")}`
    }${meant ? `; did you mean ${meant}?` : ""}`,
  );
}

function addressOf(text: string): URL {
  const url = URL.parse(/^https?:\/\//i.test(text) ? text : `http://${text}`);
  if (url === null || (text.includes("://") && !/^https?:/i.test(text))) {
    throw new WatchUsageError(
      `${
        JSON.stringify(text)
      } is no address, it must be one such as http://127.0.0.1:9464/`,
    );
  }
  url.hash = url.search = "";
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}
