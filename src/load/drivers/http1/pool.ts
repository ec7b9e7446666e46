/**
 * Connections of HTTP/1.1, of all users or of one.
 *
 * @module
 */
import { reasonOf } from "../../../checks/internal.ts";
import { DriverError } from "../driver_error.ts";
import { type ConnectionKeeper, Http1Connection } from "./connection.ts";
import type { Http1Exchange } from "./exchange.ts";

/** As many connections to each origin as there are concurrent requests. */
export class Http1Pool implements ConnectionKeeper, AsyncDisposable {
  readonly #caCerts: string[];
  readonly #idle = new Map<string, Http1Connection[]>();
  readonly #connections = new Set<Http1Connection>();
  readonly #opening = new Set<Promise<void>>();
  readonly #handshakes = new Set<Closer>();
  #isOver = false;

  /** Creates a pool that trusts more certificates than the system does. */
  constructor(caCerts: readonly string[] = []) {
    this.#caCerts = [...caCerts];
  }

  /** Sends the request of an exchange. */
  run(exchange: Http1Exchange): void {
    // Last in, first out: the one that was used last is open most likely.
    const idle = this.#idle.get(exchange.request.origin)?.pop();
    if (idle !== undefined) return idle.send(exchange);
    const opening = this.#open(exchange)
      .finally(() => this.#opening.delete(opening));
    this.#opening.add(opening);
  }

  async #open(exchange: Http1Exchange): Promise<void> {
    const { origin } = exchange.request;
    try {
      const conn = await this.#connect(exchange);
      if (this.#isOver) return conn.close();
      const connection = new Http1Connection(origin, conn, this);
      this.#connections.add(connection);
      if (exchange.isOver) this.onIdle(connection);
      else connection.send(exchange);
    } catch (cause) {
      exchange.fail(
        new DriverError(`Cannot get a response: ${reasonOf(cause)}`, { cause }),
      );
    }
  }

  async #connect(exchange: Http1Exchange): Promise<Deno.Conn> {
    const { request: { hostname, port, isSecure }, signal } = exchange;
    const startedAt = performance.now();
    const conn = await Deno.connect({ hostname, port, signal });
    const connectedAt = performance.now();
    exchange.connectMs = (exchange.connectMs ?? 0) + connectedAt - startedAt;
    conn.setNoDelay(true);
    if (!isSecure) return conn;
    const secure = await this.#secure(conn, exchange);
    const tlsMs = performance.now() - connectedAt;
    exchange.tlsMs = (exchange.tlsMs ?? 0) + tlsMs;
    return secure;
  }

  async #secure(
    conn: Deno.TcpConn,
    exchange: Http1Exchange,
  ): Promise<Deno.TlsConn> {
    const secure = await Deno.startTls(conn, {
      hostname: exchange.request.hostname,
      caCerts: this.#caCerts,
      alpnProtocols: ["http/1.1"],
    });
    const opening = new Closer(secure);
    this.#handshakes.add(opening);
    exchange.connection = opening;
    try {
      if (this.#isOver || exchange.isOver) opening.close();
      await secure.handshake();
      return secure;
    } catch (error) {
      opening.close();
      throw error;
    } finally {
      this.#handshakes.delete(opening);
      if (exchange.connection === opening) exchange.connection = undefined;
    }
  }

  onIdle(connection: Http1Connection): void {
    const { origin } = connection;
    const idle = this.#idle.get(origin);
    if (idle === undefined) this.#idle.set(origin, [connection]);
    else idle.push(connection);
  }

  onOver(connection: Http1Connection): void {
    this.#connections.delete(connection);
    const idle = this.#idle.get(connection.origin);
    const index = idle?.indexOf(connection) ?? -1;
    if (index >= 0) idle?.splice(index, 1);
  }

  retry(exchange: Http1Exchange): void {
    this.run(exchange);
  }

  /** Closes all connections of the pool, idle or in use. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    for (const handshake of this.#handshakes) handshake.close();
    await Promise.all(this.#opening);
    const connections = [...this.#connections];
    for (const connection of connections) connection.close();
    await Promise.all(connections.map(({ ended }) => ended));
  }
}

/** Closes a connection, if nobody has yet. */
class Closer {
  readonly #conn: Deno.Conn;
  #isClosed = false;

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#conn.close();
  }
}
