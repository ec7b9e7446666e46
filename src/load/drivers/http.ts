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
import { HttpWays, type Way, wayText } from "./http_way.ts";
import { Cookies } from "./cookies.ts";
import { UnderWay } from "./http1/under_way.ts";
import { RequestFiles } from "./request_files.ts";
import { RequestReader } from "./request_reader.ts";
import { Shared } from "./shared.ts";

export type { HttpRequest } from "./http_request.ts";

/** Options of {@linkcode httpDriver}. */
export interface HttpDriverOptions {
  /**
   * The version of HTTP that is spoken: with HTTP/2 all concurrent requests are
   * in one connection, and `http:` URLs are spoken to without an upgrade.
   * @default {"1.1"}
   */
  readonly version?: "1.1" | "2";
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

interface Prepared {
  /** The index of its way. */
  readonly way: number;
  readonly request: HttpMessage;
}

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
  const { version = "1.1", connections = "shared", client = {} } = options;
  checkOneOf("version", version, ["1.1", "2"]);
  checkOneOf("connections", connections, ["shared", "per_user"]);
  checkObject("client", client, "an object");
  const files = new RequestFiles();
  const ways = new HttpWays({ version, connections });
  const requests = new RequestReader(
    httpRequestRule(files),
    (request: HttpRequest): Prepared => ({
      way: ways.indexOf(request),
      request: httpMessage(request, files),
    }),
  );
  const open = openCarriers(client, files);
  const shared: Shared<Carrier>[] = [];
  const sharedOf = (index: number, way: Way) =>
    shared[index] ??= new Shared(() => Promise.try(open, way));
  return {
    validate(request) {
      files.refresh();
      return requests.validate(request);
    },
    describe: (request) => wayText(ways.wayOf(request)),
    open: () =>
      Promise.resolve(new HttpSession({ requests, ways, sharedOf, open })),
  };
}

const OPTION_NAMES: OptionNames<HttpDriverOptions> = {
  version: true,
  connections: true,
  client: true,
};

/** What all users of a driver share. */
interface HttpParts {
  readonly requests: RequestReader<HttpRequest, Prepared>;
  readonly ways: HttpWays;
  readonly sharedOf: (index: number, way: Way) => Shared<Carrier>;
  readonly open: OpenCarrier;
}

/** The connections of one user, which are opened when they are needed. */
class HttpSession implements DriverSession {
  readonly #parts: HttpParts;
  readonly #requests: RequestReader<HttpRequest, Prepared>;
  readonly #carriers: (Carrier | undefined)[] = [];
  readonly #underWay: UnderWay = new UnderWay();
  readonly #cookies: Cookies = new Cookies();

  constructor(parts: HttpParts) {
    this.#parts = parts;
    this.#requests = parts.requests;
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
    const { ways, sharedOf, open } = this.#parts;
    const way = ways.at(index);
    const carrier = way.connections === "shared"
      ? await sharedOf(index, way).acquire()
      : open(way);
    this.#carriers[index] = carrier;
    return carrier;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#underWay[Symbol.dispose]();
    const { ways, sharedOf } = this.#parts;
    await Promise.all(
      this.#carriers.map((carrier, index) => {
        const way = ways.at(index);
        return way.connections === "shared"
          ? carrier && sharedOf(index, way).release()
          : carrier?.[Symbol.asyncDispose]();
      }),
    );
  }
}
