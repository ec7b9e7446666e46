/**
 * A peer of a NATS server that writes the protocol by hand, as no client would.
 *
 * @module
 */
const TEXT = new TextEncoder();

/** A connection to a server. */
export class RawNats implements Disposable {
  readonly #connection: Deno.TcpConn;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #rest = "";

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    this.#lines = connection.readable.pipeThrough(new TextDecoderStream())
      .getReader();
  }

  /** Connects to a server on loopback. */
  static async connect(port: number): Promise<RawNats> {
    const raw = new RawNats(
      await Deno.connect({ hostname: "127.0.0.1", port }),
    );
    const options = {
      verbose: false,
      headers: true,
      lang: "none",
      version: "1",
    };
    await raw.say(`CONNECT ${JSON.stringify(options)}\r\n`);
    await raw.settled();
    return raw;
  }

  /** Writes protocol. */
  async say(...parts: (string | Uint8Array)[]): Promise<void> {
    for (const part of parts) {
      let bytes = typeof part === "string" ? TEXT.encode(part) : part;
      while (bytes.length > 0) {
        bytes = bytes.subarray(await this.#connection.write(bytes));
      }
    }
  }

  /** Publishes with whatever headers. */
  async publish(
    subject: string,
    bytes: Uint8Array,
    { headers = "", reply = "" }: {
      readonly headers?: string;
      readonly reply?: string;
    } = {},
  ): Promise<void> {
    const head = TEXT.encode(headers);
    const size = head.length + bytes.length;
    await (headers === ""
      ? this.say(`PUB ${subject} ${reply} ${size}\r\n`, bytes, "\r\n")
      : this.say(
        `HPUB ${subject} ${reply} ${head.length} ${size}\r\n`,
        head,
        bytes,
        "\r\n",
      ));
  }

  /** Waits until the server has read all of it. */
  async settled(): Promise<void> {
    await this.say("PING\r\n");
    await this.#until((line) => line === "PONG");
  }

  /** Subscribes, and resolves to a function that waits for the next message. */
  async subscribe(
    subject: string,
  ): Promise<() => Promise<{ subject: string; reply: string }>> {
    await this.say(`SUB ${subject} 1\r\n`);
    await this.settled();
    return async () => {
      const line = await this.#until((line) => line.startsWith("MSG "));
      const [, on = "", , reply = ""] = line.split(" ");
      return { subject: on, reply };
    };
  }

  async #until(isIt: (line: string) => boolean): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf("\r\n");
      if (end >= 0) {
        const line = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 2);
        if (isIt(line)) return line;
        continue;
      }
      const { value } = await this.#lines.read();
      if (value === undefined) throw new Error("The server has closed");
      this.#rest += value;
    }
  }

  [Symbol.dispose](): void {
    this.#lines.cancel().catch(() => {});
    try {
      this.#connection.close();
    } catch {
      // The stream has closed it.
    }
  }
}
