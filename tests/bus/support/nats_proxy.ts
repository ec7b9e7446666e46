/**
 * What lies between one client and a server of NATS, and can be cut: bytes in
 * both directions, and no more.
 *
 * @module
 */

/** A relay for one client. */
export class NatsProxy {
  readonly #listener: Deno.TcpListener;
  readonly #serverPort: number;
  readonly #open = new Set<Deno.Conn>();
  #isClosed = false;
  /** Called with each connection that was relayed. */
  #onConnection: () => void = () => {};

  private constructor(serverPort: number) {
    this.#serverPort = serverPort;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    void this.#accept();
  }

  /** Starts a relay to a server. */
  static start(serverPort: number): NatsProxy {
    return new NatsProxy(serverPort);
  }

  /** The port for the client. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** Breaks the connection; resolves when the client has made another. */
  async cut(): Promise<void> {
    const again = Promise.withResolvers<void>();
    this.#onConnection = again.resolve;
    this.#break();
    await again.promise;
  }

  /** Breaks the connection, and lets no other through. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listener.close();
    this.#break();
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) void this.#relay(client);
  }

  async #relay(client: Deno.Conn): Promise<void> {
    this.#open.add(client);
    try {
      const server = await Deno.connect({
        hostname: "127.0.0.1",
        port: this.#serverPort,
      });
      this.#open.add(server);
      this.#onConnection();
      void pump(client, server, () => this.#drop(client, server));
      void pump(server, client, () => this.#drop(client, server));
    } catch {
      this.#drop(client);
    }
  }

  #break(): void {
    this.#drop(...this.#open);
  }

  #drop(...connections: Deno.Conn[]): void {
    for (const connection of connections) {
      if (this.#open.delete(connection)) connection.close();
    }
  }
}

async function pump(
  from: Deno.Conn,
  to: Deno.Conn,
  ended: () => void,
): Promise<void> {
  const buffer = new Uint8Array(65_536);
  try {
    for (let count; (count = await from.read(buffer)) !== null;) {
      for (let sent = 0; sent < count;) {
        sent += await to.write(buffer.subarray(sent, count));
      }
    }
  } catch {
    // It was cut.
  }
  ended();
}
