/**
 * A terminal over two workers, and browsers that use it.
 *
 * @module
 */
import { ActorSystem } from "../../src/actor/system.ts";
import { cores } from "../../src/cores/cores.ts";
import type { CoresOptions } from "../../src/cores/cores_options.ts";
import type { Cores } from "../../src/cores/cores_handle.ts";
import type { CoreState } from "../../src/cores/core_seat.ts";
import { attachPath } from "../../src/terminal/attach/attach_request.ts";
import type { ServeTerminalOptions } from "../../src/terminal/options.ts";
import { SUBPROTOCOL } from "../../src/terminal/attach/protocol.ts";
import {
  serveTerminal,
  type TerminalServer,
} from "../../src/terminal/terminal_server.ts";
import type { Grant } from "../../src/terminal/access/grant_rules.ts";
import { Happenings } from "../support/happenings.ts";
import { ports, startHere } from "./modules/shared_shells_topics.ts";
import type { SharedShellsData } from "./modules/shared_shells.ts";
import { Viewer } from "./served.ts";
import { onPty } from "../pty/ptys.ts";

/** Options of a test on workers that share a port. */
export const onWorkers: { readonly timeout: number; readonly ignore: boolean } =
  { ...onPty, ignore: onPty.ignore || Deno.build.os !== "linux" };

/** Where a request goes: to a worker, to any of them, or to the main thread. */
export type Target = number | "any" | "main";

/** A terminal over two workers that ends with the test. */
export class SharedServed implements AsyncDisposable {
  readonly terminal: TerminalServer;
  readonly service: Cores;
  readonly states: Happenings<CoreState>;
  readonly #system: ActorSystem;
  /** The ports of the workers, then the one that they share. */
  readonly #ports = new Map<Target, number>();
  readonly #viewers: Viewer[] = [];
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;

  private constructor(
    system: ActorSystem,
    terminal: TerminalServer,
    service: Cores,
    states: Happenings<CoreState>,
  ) {
    this.#system = system;
    this.terminal = terminal;
    this.service = service;
    this.states = states;
  }

  static async start(
    options: ServeTerminalOptions = {},
    data: SharedShellsData = {},
    more: Omit<CoresOptions, "data"> = {},
  ): Promise<SharedServed> {
    const system = new ActorSystem();
    // A worker that a test ends has failed.
    system.events.subscribe(() => {}, { handlesFailures: true });
    const terminal = serveTerminal(system, options);
    const states = new Happenings<CoreState>();
    const service = await cores(
      system,
      new URL("./modules/shared_shells.ts", import.meta.url),
      {
        count: 2,
        data,
        handlers: [terminal.handler],
        backoff: { initialMs: 1, maxMs: 1 },
        onState: (state) => states.push(state),
        ...more,
      },
    );
    const served = new SharedServed(system, terminal, service, states);
    await served.readPorts();
    return served;
  }

  /** Learns where the workers listen, which a new life changes. */
  async readPorts(): Promise<void> {
    for (const worker of [0, 1]) {
      const { own, shared } = await this.service.ask(worker, ports, undefined);
      this.#ports.set(worker, own).set("any", shared);
    }
  }

  /** Serves in the main thread, too. */
  serveHere(): "main" {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      this.terminal.fetch,
    );
    this.#ports.set("main", this.#server.addr.port);
    return "main";
  }

  /** Waits until a worker is in a phase. */
  async until(index: number, phase: CoreState["phase"]): Promise<void> {
    for (;;) {
      const state = await this.states.next();
      if (state.index === index && state.phase === phase) return;
    }
  }

  hostOf(target: Target): string {
    return `127.0.0.1:${this.#ports.get(target)}`;
  }

  /** Starts a session in a worker; returns its id. */
  startIn(worker: number): Promise<string> {
    return this.service.ask(worker, startHere, undefined);
  }

  /** Uses a ticket at a worker; returns the cookie. */
  async login(
    target: Target,
    grant: Grant = { role: "control", session: "all" },
    cookie = "",
  ): Promise<string> {
    const ticket = this.terminal.ticket(grant);
    const response = await this.request(target, "POST", "login", {
      body: { ticket },
      cookie,
    });
    await response.body?.cancel();
    return (response.headers.get("set-cookie") ?? cookie).split(";")[0] ?? "";
  }

  /** Sends a request as the page does. */
  async request(
    target: Target,
    method: string,
    path: string,
    { body, cookie = "" }: {
      readonly body?: unknown;
      readonly cookie?: string;
    } = {},
  ): Promise<Response> {
    const origin = `http://${this.hostOf(target)}`;
    return await fetch(`${origin}/${path}`, {
      method,
      headers: {
        origin,
        cookie: cookieFor(this.hostOf(target), cookie),
        connection: "close",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** Asks a worker about a session. */
  async inspect(
    target: Target,
    id: string,
    cookie: string,
  ): Promise<
    { readonly pid: number; readonly paused: boolean; controllers: number }
  > {
    const path = `sessions/${id}`;
    return await (await this.request(target, "GET", path, { cookie })).json();
  }

  /** Opens a socket as the page does. */
  view(
    target: Target,
    sessionId: string,
    cookie: string,
    options: {
      readonly offset?: number;
      readonly clientId?: string;
      readonly query?: string;
    } = {},
  ): Viewer {
    const { offset, clientId = crypto.randomUUID(), query = "" } = options;
    const path = attachPath({ sessionId, clientId, offset });
    const viewer = new Viewer(
      this.open(`${path}${query}`, cookie, this.hostOf(target)),
    );
    this.#viewers.push(viewer);
    return viewer;
  }

  /** Opens a WebSocket as a browser does; `host` may be a proxy. */
  open(path: string, cookie: string, host: string): WebSocket {
    return new WebSocket(`ws://${host}/${path}`, {
      protocols: [SUBPROTOCOL],
      headers: { cookie: cookieFor(host, cookie), origin: `http://${host}` },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const viewer of this.#viewers) viewer.socket.close();
    await Promise.all(this.#viewers.map((viewer) => viewer.closed));
    await this.service.close();
    await this.terminal.close();
    await this.#server?.shutdown();
    await this.#system.shutdown();
  }
}

/** The name of a cookie has the port of the server. */
export function cookieFor(host: string, cookie: string): string {
  const [, port = ""] = host.split(":");
  return cookie.replace(/-\d+=/, `-${port}=`);
}
