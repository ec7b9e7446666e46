/**
 * A bus over HTTP: a page of its subjects, subscribers and streams, and its
 * figures for Prometheus.
 *
 * @module
 */
import { type Clock, realClock, type Timer } from "../../actor/mod.ts";
import { checkClock } from "../../actor/internal.ts";
import { checkOptionNames, type OptionNames } from "../../checks/internal.ts";
import {
  checkHttpRequest,
  refusalOf,
  resolveHosts,
  resolvePrefix,
  secured,
  sourceOf,
  SseStream,
  textResponse,
} from "../../web/internal.ts";
import { type Bus, checkBus } from "../local/bus.ts";
import { busMetrics, busMetricsToPrometheus } from "../local/bus_metrics.ts";
import { busState } from "./bus_state.ts";
import { CSS, ICON, SCRIPT, tablesToHtml } from "./page_files.ts";

/** Options of {@linkcode serveBusPage}. */
export interface ServeBusPageOptions {
  /**
   * The path below which everything is served, such as `/bus/`.
   * @default {"/"}
   */
  readonly prefix?: string;
  /**
   * The names and addresses that requests may have in `Host`, with one port or
   * for any: `example.com`, `[::1]:8080`.
   * @default {localhost, 127.0.0.1 and [::1]}
   */
  readonly hosts?: readonly string[];
  /**
   * The source of time for the second between two updates of open pages.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

const NAMES: OptionNames<ServeBusPageOptions> = {
  prefix: true,
  hosts: true,
  clock: true,
};

/** Milliseconds between two updates of open pages. */
const UPDATE_MS = 1000;

/** A handler that serves the page of a bus. */
export interface BusPage extends AsyncDisposable {
  /** Responds to a request: a handler for `Deno.serve`. */
  readonly fetch: (request: Request) => Promise<Response>;
  /**
   * Ends the events of open pages, for which a `Deno.serve` waits when it shuts
   * down.
   */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Serves a page of a bus in this process, below a prefix:
 *
 * | Path | Content |
 * | --- | --- |
 * | (the prefix itself) | subjects, subscribers, streams and consumers, kept up to date |
 * | `metrics` | the figures in the text format of Prometheus |
 * | `state.json` | the tables of the page |
 * | `events` | server-sent events `tables`, one a second while somebody looks |
 *
 * It shows no message, allows `GET` and `HEAD`, needs no login, and refuses an
 * unknown `Host` and requests from pages of other sites.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe";
 * import { Bus, serveBusPage } from "@troupe/troupe/bus";
 *
 * await using system = new ActorSystem();
 * await using bus = new Bus(system);
 * await using page = serveBusPage(bus);
 * const response = await page.fetch(new Request("http://localhost/metrics"));
 * console.assert((await response.text()).includes("troupe_bus_subscriptions"));
 * ```
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} if `bus` is no `Bus`, an option is not known, `prefix` is
 * not a path, or `hosts` has something that is not a name or address.
 */
export function serveBusPage(
  bus: Bus,
  options: ServeBusPageOptions = {},
): BusPage {
  checkBus(bus);
  checkOptionNames("serveBusPage()", options, NAMES);
  const { clock = realClock } = options;
  checkClock("clock", clock);
  const prefix = resolvePrefix(options.prefix, "/bus/");
  const rules = { hosts: resolveHosts(options.hosts), origins: undefined };
  const events = new SseStream({ clock, bufferBytes: 262_144 });
  let timer: Timer | undefined;

  // Nobody pays for a page that nobody looks at.
  const update = (): void => {
    timer = undefined;
    if (events.clients === 0) return;
    events.publish("tables", JSON.stringify(busState(bus)));
    timer = clock.schedule(UPDATE_MS, update);
    timer.unref();
  };

  const route = (path: string, request: Request): Response | undefined => {
    switch (path) {
      case "":
        return content("text/html", tablesToHtml(busState(bus)));
      case "page.css":
        return content("text/css", CSS);
      case "icon.svg":
        return content("image/svg+xml", ICON);
      case "page.js":
        return content("text/javascript", SCRIPT);
      case "state.json":
        return Response.json(busState(bus));
      case "metrics":
        return content(
          "text/plain; version=0.0.4",
          busMetricsToPrometheus(busMetrics(bus)),
        );
      case "events": {
        const response = events.respond(request);
        if (timer === undefined) update();
        return response;
      }
      default:
        return undefined;
    }
  };

  const respond = (request: Request): Response => {
    const url = URL.parse(request.url);
    if (url === null) {
      return textResponse(400, "Host must be a name or address");
    }
    const { pathname, host } = url;
    const isPage = pathname === prefix || `${pathname}/` === prefix;
    const source = sourceOf(request.headers, host);
    const refusal = refusalOf(rules, source, isPage ? "page" : "api");
    if (refusal !== undefined) return textResponse(403, refusal);
    if (request.method !== "GET" && request.method !== "HEAD") {
      return textResponse(405, "The method must be GET or HEAD", {
        allow: "GET, HEAD",
      });
    }
    if (`${pathname}/` === prefix) {
      return textResponse(308, "The page has a / at its end", {
        location: prefix,
      });
    }
    const found = pathname.startsWith(prefix)
      ? route(pathname.slice(prefix.length), request)
      : undefined;
    return found ?? textResponse(404, "There is no such page");
  };

  return {
    async fetch(request) {
      checkHttpRequest(request);
      const response = secured(respond(request));
      if (request.method !== "HEAD") return response;
      await response.body?.cancel();
      return new Response(null, response);
    },
    [Symbol.asyncDispose]() {
      timer?.cancel();
      events[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}

function content(type: string, body: string): Response {
  return new Response(body, {
    headers: { "content-type": `${type}; charset=utf-8` },
  });
}
