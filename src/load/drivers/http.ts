/**
 * The driver for HTTP.
 *
 * @module
 */
import {
  checkObject,
  checkOneOf,
  checkOptionNames,
  type OptionNames,
  shown,
} from "../../checks/internal.ts";
import type {
  Driver,
  DriverSession,
  OperationCall,
  OperationOutcome,
} from "../driver.ts";
import {
  type Carrier,
  type OpenCarrier,
  openCarriers,
} from "./http_carrier.ts";
import {
  type HttpMessage,
  httpMessage,
  type HttpRequest,
  httpRequestRule,
} from "./http_request.ts";
import { Cookies } from "./cookies.ts";
import { UnderWay } from "./http1/under_way.ts";
import { RequestReader } from "./request_reader.ts";
import { Shared } from "./shared.ts";

export type { HttpRequest } from "./http_request.ts";

/** Options of {@linkcode httpDriver}. */
export interface HttpDriverOptions {
  /**
   * Whether HTTP/2 is spoken instead of HTTP/1.1, with all concurrent requests
   * over one connection; `http:` URLs are spoken to without an upgrade.
   * @default {false}
   */
  readonly http2?: boolean;
  /**
   * Whether all users share one pool, which has as many connections as there
   * are concurrent requests, or each user has connections of its own, as
   * browsers do, for some 25 KB each. Of HTTP/2 there is one connection, for
   * all users or for each.
   * @default {"shared"}
   */
  readonly connections?: "shared" | "per_user";
  /**
   * Options of the client, such as certificates or a proxy; `http1` and `http2`
   * of it are set by the choice above. With any but `caCerts`, requests go
   * through `fetch`, which takes three times the processor time.
   */
  readonly client?: Deno.CreateHttpClientOptions;
}

/** How requests get to the service. */
interface Way {
  readonly http2: boolean;
  readonly connections: "shared" | "per_user";
}

interface Prepared {
  /** The place of its way in {@linkcode WAYS}. */
  readonly way: number;
  readonly request: HttpMessage;
}

/** All ways, each with connections of its own. */
const WAYS: readonly Way[] = [
  { http2: false, connections: "shared" },
  { http2: false, connections: "per_user" },
  { http2: true, connections: "shared" },
  { http2: true, connections: "per_user" },
];

/**
 * Makes a driver for HTTP/1.1 or HTTP/2. An operation ends when the whole
 * response was received, and fails if the status is 400 or more, unless
 * `statuses` lists it. Checks can use `status`, the media type as `type`, and
 * `body` if it is text or JSON, by its type or, without one, by its content.
 *
 * @example
 * ```ts
 * import { httpDriver } from "@troupe/troupe/load";
 *
 * const driver = httpDriver({ connections: "per_user" });
 * console.assert(driver.validate({ url: "ftp://localhost/" }).length === 1);
 * ```
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} if an option is not known, or has a value of the wrong
 * type.
 */
export function httpDriver(options: HttpDriverOptions = {}): Driver {
  checkOptionNames("httpDriver()", options, OPTION_NAMES);
  const { http2 = false, connections = "shared", client = {} } = options;
  checkOneOf("connections", connections, ["shared", "per_user"]);
  if (typeof http2 !== "boolean") {
    throw new TypeError(
      `Cannot use http2: it is ${shown(http2)}, it must be a boolean`,
    );
  }
  checkObject("client", client, "an object");
  const wayOf = (request: Partial<Way>): Way => ({
    http2: request.http2 ?? http2,
    connections: request.connections ?? connections,
  });
  const requests = new RequestReader(
    httpRequestRule,
    (request: HttpRequest) => prepare(request, wayOf(request)),
  );
  const open = openCarriers(client);
  const shared = WAYS.map(({ http2 }) =>
    new Shared(() => Promise.resolve(open(http2)))
  );
  return {
    validate: (request) => requests.validate(request),
    describe: ({ http2, connections }) =>
      describeWay(
        wayOf({
          ...typeof http2 === "boolean" ? { http2 } : {},
          ...connections === "shared" || connections === "per_user"
            ? { connections }
            : {},
        }),
      ),
    open: () => Promise.resolve(new HttpSession(requests, shared, open)),
  };
}

const OPTION_NAMES: OptionNames<HttpDriverOptions> = {
  http2: true,
  connections: true,
  client: true,
};

function describeWay({ http2, connections }: Way): string {
  const isShared = connections === "shared";
  if (http2) {
    return isShared
      ? "HTTP/2, over one connection that all users share"
      : "HTTP/2, over a connection for each user";
  }
  return isShared
    ? "HTTP/1.1, over as many connections as there are concurrent requests"
    : "HTTP/1.1, over connections of each user's own";
}

/** The connections of one user, which are opened when they are needed. */
class HttpSession implements DriverSession {
  readonly #requests: RequestReader<HttpRequest, Prepared>;
  readonly #shared: readonly Shared<Carrier>[];
  readonly #open: OpenCarrier;
  readonly #carriers: (Carrier | undefined)[] = WAYS.map(() => undefined);
  readonly #underWay: UnderWay = new UnderWay();
  readonly #cookies: Cookies = new Cookies();

  constructor(
    requests: RequestReader<HttpRequest, Prepared>,
    shared: readonly Shared<Carrier>[],
    open: OpenCarrier,
  ) {
    this.#requests = requests;
    this.#shared = shared;
    this.#open = open;
  }

  perform(call: OperationCall): Promise<OperationOutcome> {
    try {
      const { way, request } = this.#requests.of(call);
      const carrier = this.#carriers[way];
      return carrier === undefined
        ? this.#acquire(way).then((one) => this.#send(one, request, call))
        : this.#send(carrier, request, call);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #send(
    carrier: Carrier,
    request: HttpMessage,
    { signal, wantsHeaders = false }: OperationCall,
  ): Promise<OperationOutcome> {
    if (signal.aborted) return Promise.reject(signal.reason);
    return carrier.send(request, {
      signal,
      wantsHeaders,
      underWay: this.#underWay,
      cookies: this.#cookies,
    });
  }

  async #acquire(index: number): Promise<Carrier> {
    const way = WAYS[index];
    const shared = this.#shared[index];
    if (way === undefined || shared === undefined) {
      throw new TypeError(`There is no way ${index}`);
    }
    const carrier = way.connections === "shared"
      ? await shared.acquire()
      : this.#open(way.http2);
    this.#carriers[index] = carrier;
    return carrier;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#underWay[Symbol.dispose]();
    await Promise.all(
      this.#carriers.map((carrier, index) =>
        WAYS[index]?.connections === "shared"
          ? carrier && this.#shared[index]?.release()
          : carrier?.[Symbol.asyncDispose]()
      ),
    );
  }
}

function prepare(request: HttpRequest, way: Way): Prepared {
  return {
    way: WAYS.findIndex(({ http2, connections }) =>
      http2 === way.http2 && connections === way.connections
    ),
    request: httpMessage(request),
  };
}
