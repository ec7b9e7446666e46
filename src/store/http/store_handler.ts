/**
 * The HTTP interface of a store: whatever a stranger sends, it responds.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import type { LogicalConnection } from "../../session/mod.ts";
import {
  checkHttpRequest,
  refusalOf,
  secured,
  sourceOf,
} from "../../web/internal.ts";
import { tokenOf } from "../auth/credentials.ts";
import type { Change } from "../engine/engine.ts";
import type { ChangeHub } from "../realtime/change_hub.ts";
import type { ChangeView } from "../realtime/change_view.ts";
import { ConnectionSubscribers } from "../realtime/connection_subscribers.ts";
import { SseClients } from "../realtime/sse_clients.ts";
import { Slices } from "../realtime/slices.ts";
import type { Topic } from "../realtime/topic.ts";
import type { TopicsOf } from "../realtime/visitor.ts";
import type { Identity } from "../schema/identity.ts";
import { recordOf } from "../schema/record_row.ts";
import { AUTH_ROUTES } from "./auth_routes.ts";
import { BATCH_ROUTES } from "./batch_routes.ts";
import { BodyBudget } from "./body_budget.ts";
import { type Handle, type Service, visitorOf } from "./call.ts";
import { allowOrigin, preflight } from "./cors.ts";
import type { ResolvedStoreHttpOptions } from "./options.ts";
import { FILE_ROUTES } from "./file_routes.ts";
import { Problem } from "./problem.ts";
import { problemOf } from "./problem_of.ts";
import { FUNCTION_ROUTES } from "./function_routes.ts";
import { REALTIME_ROUTES } from "./realtime_routes.ts";
import { RECORD_ROUTES } from "./record_routes.ts";
import { fieldsReader } from "./request_fields.ts";
import { findRoute, methodsOf, type Route } from "./router.ts";
import { wantedTopics } from "./wanted_topics.ts";

/** What `Deno.serve` says of a connection. */
export interface RequestInfo {
  /** Address from which the request comes. */
  readonly remoteAddr?: Deno.Addr;
}

/** Milliseconds after which a client of the event stream comes back. */
const RETRY_MS = 1000;

const HEALTH: Route<Handle> = {
  method: "GET",
  path: /^health$/,
  handle: () =>
    Response.json({ status: 200, message: "The store is healthy.", data: {} }),
};

const ROUTES: readonly Route<Handle>[] = [
  HEALTH,
  ...RECORD_ROUTES,
  ...AUTH_ROUTES,
  ...BATCH_ROUTES,
  ...FUNCTION_ROUTES,
  ...REALTIME_ROUTES,
  ...FILE_ROUTES,
];

/** What a handler is made of. */
export interface StoreHandlerPort extends Pick<Service, "store"> {
  /**
   * Returns what an identity sees of a topic.
   *
   * @throws {QueryError} if the topic cannot be asked for.
   */
  readonly viewOf: (topic: Topic, who: Identity) => ChangeView;
  readonly options: ResolvedStoreHttpOptions;
  readonly clock: Clock;
  readonly hub: ChangeHub;
}

/** The HTTP interface of a store. */
export class StoreHandler implements Disposable {
  readonly #service: Service;
  readonly #budget: BodyBudget;
  readonly #ended: Disposable;
  readonly #changes: Disposable;
  readonly #connections: ConnectionSubscribers;
  #requests = 0;
  #isClosed = false;

  /** Creates the interface; {@linkcode StoreHandler.fetch} serves it. */
  constructor(port: StoreHandlerPort) {
    const { options, clock, hub, store, viewOf } = port;
    const { maxTopics } = options;
    const slices = new Slices();
    const topicsOf: TopicsOf = (names, { identity }) =>
      wantedTopics(names, identity, { maxTopics, viewOf, slices });
    const clients = new SseClients({
      hub,
      clock,
      maxBytes: options.maxQueuedBytes,
      slowMs: options.slowMs,
      heartbeatMs: options.heartbeatMs,
      maxClients: options.maxSubscribers,
      retryMs: RETRY_MS,
      topicsOf,
      now: store.now,
    });
    this.#service = {
      store,
      options,
      clock,
      hub,
      clients,
      topicsOf,
      reader: fieldsReader({
        maxBytes: options.maxBodyBytes,
        maxDepth: options.maxJsonDepth,
        maxParts: options.maxParts,
      }),
    };
    this.#connections = new ConnectionSubscribers({
      hub,
      maxBytes: options.maxQueuedBytes,
      maxSubscribers: options.maxSubscribers,
      identify: (token) => visitorOf(store, token),
      topicsOf,
      now: store.now,
    });
    this.#budget = new BodyBudget(options.maxAllBodiesBytes);
    this.#changes = store.engine.subscribe((changes) => {
      for (const change of changes) this.#changed(change);
    });
    this.#ended = store.auth.onEnded((ended) => {
      clients.endSessions(ended);
      this.#connections.endSessions(ended);
    });
  }

  /** What it does at present. */
  get stats(): {
    readonly requests: number;
    readonly subscribers: number;
    readonly bodyBytes: number;
  } {
    return {
      requests: this.#requests,
      subscribers: this.#subscribers,
      bodyBytes: this.#budget.held,
    };
  }

  get #subscribers(): number {
    return this.#service.clients.size + this.#connections.size;
  }

  /** Handles a request: for `Deno.serve`, or a router. Never rejects. */
  readonly fetch = async (
    request: Request,
    info?: RequestInfo,
  ): Promise<Response> => {
    checkHttpRequest(request);
    const { rules } = this.#service.options;
    const origin = request.headers.get("origin");
    let response: Response;
    try {
      response = await this.#respond(request, info);
    } catch (error) {
      const problem = problemOf(error);
      if (problem === undefined) console.error("The store failed:", error);
      response = (problem ?? new Problem("failed", "See the log of the store"))
        .toResponse();
    }
    if (request.method === "HEAD") response = withoutBody(response);
    return secured(allowOrigin(response, origin, rules.origins));
  };

  /** Serves a subscriber over a logical connection, until either side closes it. */
  readonly serve = (connection: LogicalConnection): Promise<void> =>
    this.#connections.serve(connection);

  /** Ends all clients, and refuses what comes from now on. */
  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#ended[Symbol.dispose]();
    this.#changes[Symbol.dispose]();
    this.#service.clients[Symbol.dispose]();
    this.#connections[Symbol.dispose]();
  }

  /** What rules know of an account is what its record is by now. */
  #changed({ collection: name, id, kind, record: row }: Change): void {
    if (kind !== "update" || row === null || this.#subscribers === 0) return;
    const collection = this.#service.store.collections.get(name);
    if (collection?.kind !== "auth") return;
    const record = recordOf(collection, row);
    const account = { collection: name, id, record };
    this.#service.clients.accountChanged(account);
    this.#connections.accountChanged(account);
  }

  async #respond(
    request: Request,
    info: RequestInfo | undefined,
  ): Promise<Response> {
    const { options: { rules, path, maxRequests } } = this.#service;
    const url = new URL(request.url);
    // No cookie counts: a file that another site shows is one that it may see.
    const isFile = request.method === "GET" &&
      url.pathname.startsWith(`${path}files/`);
    const refusal = refusalOf(
      rules,
      sourceOf(request.headers, url.host),
      isFile ? "page" : "api",
    );
    if (refusal !== undefined) throw new Problem("wrong_origin", refusal);
    if (!url.pathname.startsWith(path)) {
      throw new Problem("not_found", "There is no such route");
    }
    const below = url.pathname.slice(path.length);
    if (request.method === "OPTIONS") {
      return preflight([...methodsOf(ROUTES, below), "OPTIONS"]);
    }
    const { handle, parts } = findRoute(ROUTES, request.method, below);
    if (this.#isClosed) throw new Problem("closed", "The store is closed");
    if (this.#requests >= maxRequests) {
      throw new Problem("busy", "Too many requests are handled, try again", {
        headers: { "retry-after": "1" },
      });
    }
    this.#requests++;
    try {
      using held = this.#budget.open();
      const token = tokenOf(request);
      const visitor = await visitorOf(this.#service.store, token);
      const { searchParams: query } = url;
      const client = this.#clientOf(request, info);
      const service = this.#service;
      return await handle(
        { service, request, query, parts, visitor, token, client, held },
      );
    } finally {
      this.#requests--;
    }
  }

  #clientOf(request: Request, info: RequestInfo | undefined): string {
    const { clientOf } = this.#service.options;
    if (clientOf !== undefined) return `${clientOf(request)}`;
    const address = info?.remoteAddr;
    return address !== undefined && "hostname" in address
      ? address.hostname
      : "local";
  }
}

function withoutBody(response: Response): Response {
  void response.body?.cancel();
  const { status, headers } = response;
  return new Response(null, { status, headers });
}
