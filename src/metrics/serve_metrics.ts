/**
 * Metrics over HTTP: for Prometheus, for programs, and as a page with charts.
 *
 * @module
 */
import {
  checkHttpRequest,
  findPageFile,
  refusalOf,
  resolveHosts,
  resolvePrefix,
  secured,
  sourceOf,
  SseStream,
  textResponse,
} from "../web/internal.ts";
import {
  checkArray,
  checkMethods,
  checkOptionNames,
  type OptionNames,
} from "../checks/internal.ts";
import { messagePackPieces, snapshotsToJson } from "./export.ts";
import { snapshotsToCsv } from "./export_csv.ts";
import type { MetricsFeed } from "./feed.ts";
import { readSources } from "./live_samples.ts";
import { metricFamilies } from "./metric_families.ts";
import {
  acceptedTextFormat,
  familiesText,
  SNAPSHOT_CONTENT_TYPES,
} from "./snapshot_text.ts";
import { FILES } from "./page_bundle.ts";
import type { MetricsSnapshot } from "./snapshot.ts";
import { respondToWatch } from "./watch/respond.ts";
import type {
  WatchedConnections,
  WatchedTerminalServer,
} from "./watch/sources.ts";
import { Watching } from "./watch/watching.ts";

/** Options of {@linkcode serveMetrics}. */
export interface ServeMetricsOptions {
  /**
   * The path below which everything is served, such as `/metrics-page/`.
   * @default {"/"}
   */
  readonly prefix?: string;
  /**
   * The names and addresses that requests may have in `Host`, with one port or
   * for any: `example.com`, `[::1]:8080`. Add the one that Prometheus uses, or
   * `any_address` where it uses an address that is not known before, such as
   * that of a pod: then every address is allowed in requests without `Origin`,
   * and names are still refused.
   * @default {localhost, 127.0.0.1 and [::1]}
   */
  readonly hosts?: readonly string[];
  /**
   * The stream on which snapshots and alerts are published, beside whatever
   * else is, such as the `load` events of a load test. It is not closed with
   * the server.
   * @default {a stream of its own}
   */
  readonly events?: SseStream;
  /**
   * Listeners, pools and servers of sessions whose sessions and connections are
   * shown, beside the actors of the collector's `system`.
   * @default {none: no connections are shown}
   */
  readonly connections?: readonly WatchedConnections[];
  /**
   * Terminal servers whose terminals are shown.
   * @default {none: no terminals are shown}
   */
  readonly terminals?: readonly WatchedTerminalServer[];
}

const NAMES: OptionNames<ServeMetricsOptions> = {
  prefix: true,
  hosts: true,
  events: true,
  connections: true,
  terminals: true,
};

/** A handler that serves metrics over HTTP. */
export interface MetricsServer extends AsyncDisposable {
  /** Responds to a request: a handler for `Deno.serve`. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** The stream behind the path `events`. */
  readonly events: SseStream;
  /**
   * Ends the views, closes the stream of events, if it is the server's own, and unsubscribes
   * from the feed. Until then a `Deno.serve` with open pages does not shut
   * down, since it waits for their streams.
   */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Serves the snapshots and alerts of a feed, below a prefix:
 *
 * | Path | Content |
 * | --- | --- |
 * | (the prefix itself) | a page with live charts |
 * | `metrics` | the latest snapshot as OpenMetrics 1.0, or as Prometheus 0.0.4 |
 * | `snapshot.json` | the latest snapshot |
 * | `history.json`, `.csv`, `.msgpack` | the snapshots that are kept; `?last=60` for the last 60 |
 * | `alerts.json` | `{"firing": […]}` |
 * | `watch` | actors, connections and terminals, as `docs/watch.md` says |
 * | `events` | server-sent events: `snapshot`, `firing`, `alert`, `watch`, and what else is published |
 *
 * It allows `GET` and `HEAD`, needs no login, and refuses an unknown `Host` and
 * requests from pages of other sites. `metrics` and `snapshot.json` are a 503
 * before the first snapshot.
 *
 * @example
 * ```ts
 * import { MetricsCollector, serveMetrics } from "@troupe/troupe/metrics";
 *
 * await using collector = new MetricsCollector();
 * await using metrics = serveMetrics(collector);
 * collector.collect();
 * await using server = Deno.serve(
 *   { hostname: "127.0.0.1", port: 0, onListen() {} },
 *   metrics.fetch,
 * );
 * const response = await fetch(`http://127.0.0.1:${server.addr.port}/metrics`);
 * console.assert((await response.text()).includes("process_cpu_seconds_total"));
 * ```
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} if `feed` is not a feed, an option is not known, `prefix`
 * is not a path, or `hosts` has something that is not a name or address.
 */
export function serveMetrics(
  feed: MetricsFeed,
  options: ServeMetricsOptions = {},
): MetricsServer {
  checkMethods("feed", feed, ["subscribe"], "a MetricsCollector");
  checkOptionNames("serveMetrics()", options, NAMES);
  if (options.events !== undefined) {
    const methods = ["publish", "publishLatest", "respond"];
    checkMethods("events", options.events, methods, "an SseStream");
  }
  const prefix = resolvePrefix(options.prefix, "/ops/");
  const hosts = resolveHosts(options.hosts, { anyAddress: true });
  const rules = { hosts, origins: undefined };
  const events = options.events ?? new SseStream();
  const subscription = feed.subscribe((event) => {
    const data = event.type === "snapshot" ? event.snapshot : event.alert;
    events.publish(event.type, JSON.stringify(data));
    if (event.type !== "snapshot") return;
    // The values of alerts change while they fire.
    const { firing } = feed;
    if (firing.length > 0) events.publish("firing", JSON.stringify(firing));
  });

  const { connections, terminals } = options;
  checkSources("connections", connections, "a listener or a ConnectionPool");
  checkSources("terminals", terminals, "a TerminalServer");
  const { system, cores } = feed;
  const sources = { system, connections, terminals };
  const watching = new Watching(sources, events, cores);

  const respond = (request: Request): Response | Promise<Response> => {
    // Deno makes the address of `Host`, even if that is not a host.
    const url = URL.parse(request.url);
    if (url === null) {
      return textResponse(400, "Host must be a name or address");
    }
    const { pathname, host } = url;
    const path = pathname.startsWith(prefix)
      ? pathname.slice(prefix.length)
      : undefined;
    const toPage = `${pathname}/` === prefix;
    const isPage = toPage || path === "";
    // HTTP/2 has no header `Host`, but the same in its address.
    const source = sourceOf(request.headers, host);
    const refusal = refusalOf(rules, source, isPage ? "page" : "api");
    if (refusal !== undefined) return textResponse(403, refusal);
    if (request.method !== "GET" && request.method !== "HEAD") {
      return textResponse(405, "The method must be GET or HEAD", {
        allow: "GET, HEAD",
      });
    }
    if (toPage) {
      return textResponse(308, "The page has a / at its end", {
        location: prefix,
      });
    }
    return (path === undefined ? undefined : route(path, request, url)) ??
      textResponse(404, "There is no such page");
  };

  const route = (
    path: string,
    request: Request,
    { searchParams }: URL,
  ): Response | Promise<Response> | undefined => {
    switch (path) {
      case "metrics": {
        const format = acceptedTextFormat(request.headers.get("accept"));
        return ofLatest(
          feed,
          (snapshot) => {
            const others = readSources(feed);
            const families = metricFamilies(snapshot, feed.workers, others);
            return new Response(familiesText(families, format), {
              headers: {
                "content-type": SNAPSHOT_CONTENT_TYPES[format],
                vary: "accept",
              },
            });
          },
        );
      }
      case "snapshot.json":
        return ofLatest(feed, (snapshot) => Response.json(snapshot));
      case "alerts.json":
        return Response.json({ firing: feed.firing });
      case "watch":
        return respondToWatch(watching, searchParams);
      case "events":
        return events.respond(request);
      case "history.json":
      case "history.csv":
      case "history.msgpack":
        return historyOf(feed, path, searchParams);
    }
    const file = findPageFile(FILES, path);
    return file && new Response(file.body, {
      headers: { "content-type": file.contentType },
    });
  };

  return {
    events,
    async fetch(request) {
      checkHttpRequest(request);
      const response = secured(await respond(request));
      if (request.method !== "HEAD") return response;
      // A stream must end too.
      await response.body?.cancel();
      return new Response(null, response);
    },
    [Symbol.asyncDispose]() {
      subscription[Symbol.dispose]();
      watching[Symbol.dispose]();
      if (options.events === undefined) events[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}

function checkSources(name: string, sources: unknown, needed: string): void {
  if (sources === undefined) return;
  checkArray(name, sources, `an array of which each is ${needed}`);
  for (const [index, source] of sources.entries()) {
    checkMethods(`${name}[${index}]`, source, ["inspect"], needed);
  }
}

function ofLatest(
  { latest }: MetricsFeed,
  respond: (snapshot: MetricsSnapshot) => Response,
): Response {
  return latest === undefined
    ? textResponse(503, "There is no snapshot yet", { "retry-after": "1" })
    : respond(latest);
}

function historyOf(
  { history }: MetricsFeed,
  name: "history.json" | "history.csv" | "history.msgpack",
  parameters: URLSearchParams,
): Response {
  const last = parameters.get("last");
  if (last !== null && !/^[1-9]\d{0,8}$/.test(last)) {
    return textResponse(
      400,
      `Cannot use last: it is ${
        JSON.stringify(last.slice(0, 100))
      }, it must be a whole number from 1`,
    );
  }
  const snapshots = last === null ? history : history.slice(-Number(last));
  const headers = (type: string) => ({
    "content-type": type,
    "content-disposition": `inline; filename="${name}"`,
  });
  switch (name) {
    case "history.json":
      return new Response(snapshotsToJson(snapshots), {
        headers: headers("application/json"),
      });
    case "history.csv":
      return new Response(snapshotsToCsv(snapshots), {
        headers: headers("text/csv; charset=utf-8"),
      });
    case "history.msgpack":
      return new Response(ReadableStream.from(messagePackPieces(snapshots)), {
        headers: headers("application/vnd.msgpack"),
      });
    default:
      return name satisfies never;
  }
}
