/**
 * A server of sessions on a real socket, and clients that dial it, through a
 * proxy that fails on command where a test asks for one.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Clock } from "../../src/actor/clock.ts";
import { ActorSystem } from "../../src/actor/system.ts";
import type { SystemEvent } from "../../src/actor/mod.ts";
import type { LogicalConnection } from "../../src/session/logical_connection.ts";
import type {
  SessionPhase,
  SessionState,
} from "../../src/session/session_phase.ts";
import {
  connectWeb,
  type ConnectWebOptions,
} from "../../src/websocket/connect_web.ts";
import type { ServeSessionsOptions } from "../../src/websocket/serve_options.ts";
import {
  serveSessions,
  type SessionServer,
} from "../../src/websocket/serve_sessions.ts";
import type { SessionClient } from "../../src/websocket/session_client.ts";
import { FaultProxy } from "../support/fault_proxy.ts";
import { Happenings } from "../support/happenings.ts";

/** What a {@linkcode WebNet} is made of. */
export interface WebNetOptions {
  readonly serve?: Partial<ServeSessionsOptions>;
  readonly client?: ConnectWebOptions;
  /** The source of time, on both sides. */
  readonly clock?: Clock;
  /** Responds to requests that are not for sessions. */
  readonly fetch?: (request: Request) => Response;
}

/** A server of sessions behind a proxy, and a client of it. */
export class WebNet implements AsyncDisposable {
  readonly system: ActorSystem;
  readonly sessions: SessionServer;
  readonly server: Deno.HttpServer<Deno.NetAddr>;
  readonly proxy: FaultProxy;
  readonly client: SessionClient;
  /** Connections that were accepted, when no `serve` is given. */
  readonly served: Happenings<LogicalConnection> = new Happenings();
  /** What the server says of peers that misbehave or vanish. */
  readonly peerErrors: Happenings<unknown> = new Happenings();
  /** What the session of the client comes to. */
  readonly here: Happenings<SessionState> = new Happenings();
  /** What the sessions of the server come to. */
  readonly there: Happenings<SessionState> = new Happenings();
  /** What actors crashed with. */
  readonly failures: unknown[] = [];

  constructor(options: WebNetOptions = {}) {
    const { clock } = options;
    this.system = new ActorSystem(clock === undefined ? {} : { clock });
    this.system.events.subscribe((event: SystemEvent) => {
      if (event.type === "failed") this.failures.push(event.cause);
    }, { handlesFailures: true });
    this.sessions = serveSessions(this.system, {
      prefix: "/sessions/",
      withoutOrigin: "accept",
      serve: (connection) => {
        this.served.push(connection);
        return connection.closed;
      },
      onPeerError: (error) => this.peerErrors.push(error),
      onState: (state) => this.there.push(state),
      ...options.serve,
    });
    this.server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request, info) =>
        new URL(request.url).pathname.startsWith("/sessions")
          ? this.sessions.fetch(request, info)
          : options.fetch?.(request) ?? new Response(null, { status: 404 }),
    );
    this.proxy = new FaultProxy({ port: this.server.addr.port });
    this.client = this.dial(options.client);
  }

  /** Where clients dial: the proxy. */
  get url(): string {
    return `http://127.0.0.1:${this.proxy.address.port}/sessions/`;
  }

  /** Another client. */
  dial(options: ConnectWebOptions = {}): SessionClient {
    return connectWeb(this.url, {
      system: this.system,
      // At once, so that no test waits.
      backoff: { initialMs: 0 },
      onState: (state) => this.here.push(state),
      ...options,
    });
  }

  /** Opens a logical connection and gives both its ends. */
  async pair(): Promise<[LogicalConnection, LogicalConnection]> {
    const here = await this.client.connect();
    return [here, await this.served.next()];
  }

  /** The next states of a side, which are to have these phases. */
  async expect(
    side: "here" | "there",
    ...phases: SessionPhase[]
  ): Promise<SessionState[]> {
    const states: SessionState[] = [];
    for (const phase of phases) {
      const state = await this[side].next();
      assertEquals(state.phase, phase, `${side}: ${Deno.inspect(state)}`);
      states.push(state);
    }
    return states;
  }

  /** Cuts, lets nobody connect, and waits until both sides know. */
  async interrupt(): Promise<void> {
    this.proxy.refuse = true;
    this.proxy.cut();
    await this.expect("here", "resuming");
    await this.expect("there", "resuming");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    await this.sessions.close();
    await this.system.shutdown();
    await this.proxy[Symbol.asyncDispose]();
    await this.server.shutdown();
    assertEquals(this.failures, []);
  }
}
