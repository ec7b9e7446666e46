/**
 * A WebSocket by hand, which says whatever a test wants and closes nothing.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** The kind of a message on the wire. */
export const Opcode = { TEXT: 1, BINARY: 2, CLOSE: 8 } as const;

/** A frame that has arrived. */
export interface RawFrame {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** A client that masks nothing but with zeros, which is allowed. */
export class RawWebSocket implements Disposable {
  readonly conn: Deno.TcpConn;
  #buffer: Uint8Array = new Uint8Array(0);
  #isOpen = true;

  private constructor(conn: Deno.TcpConn) {
    this.conn = conn;
  }

  /** Opens a WebSocket with headers, and returns the status with it. */
  static async dial(
    url: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly socket: RawWebSocket; readonly status: number }> {
    const { hostname, port, pathname, host } = new URL(url);
    const conn = await Deno.connect({ hostname, port: Number(port) });
    const all = {
      host,
      upgrade: "websocket",
      connection: "Upgrade",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      ...headers,
    };
    const lines = Object.entries(all).map(([name, value]) =>
      `${name}: ${value}\r\n`
    );
    const socket = new RawWebSocket(conn);
    await socket.write(
      new TextEncoder().encode(
        `GET ${pathname} HTTP/1.1\r\n${lines.join("")}\r\n`,
      ),
    );
    const head = await socket.#head();
    return { socket, status: Number(/^HTTP\/1.1 (\d+)/.exec(head)?.[1]) };
  }

  /** Writes bytes as they are. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      at += await this.conn.write(bytes.subarray(at));
    }
  }

  /** Sends a message, or the beginning of one. */
  async send(opcode: number, payload: Uint8Array): Promise<void> {
    const { length } = payload;
    const head = new Uint8Array(length < 126 ? 6 : length < 65_536 ? 8 : 14);
    const fields = new DataView(head.buffer);
    head[0] = 0x80 | opcode;
    if (length < 126) head[1] = 0x80 | length;
    else if (length < 65_536) {
      head[1] = 0x80 | 126;
      fields.setUint16(2, length);
    } else {
      head[1] = 0x80 | 127;
      fields.setBigUint64(2, BigInt(length));
    }
    await this.write(head);
    await this.write(payload);
  }

  /** Returns the next frame, or nothing at the end. */
  async receive(): Promise<RawFrame | undefined> {
    if (!await this.#fill(2)) return undefined;
    const short = (this.#buffer[1] ?? 0) & 127;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (!await this.#fill(head)) return undefined;
    const bytes = Buffer.from(this.#buffer);
    const length = short < 126
      ? short
      : short === 126
      ? bytes.readUInt16BE(2)
      : Number(bytes.readBigUInt64BE(2));
    if (!await this.#fill(head + length)) return undefined;
    const frame: RawFrame = {
      opcode: (this.#buffer[0] ?? 0) & 15,
      payload: new Uint8Array(this.#buffer.subarray(head, head + length)),
    };
    this.#buffer = this.#buffer.slice(head + length);
    return frame;
  }

  async #head(): Promise<string> {
    let text = "";
    while (!text.includes("\r\n\r\n")) {
      if (!await this.#fill(this.#buffer.length + 1)) break;
      text = new TextDecoder("latin1").decode(this.#buffer);
    }
    const end = text.indexOf("\r\n\r\n") + 4;
    this.#buffer = this.#buffer.slice(end);
    return text.slice(0, end);
  }

  async #fill(count: number): Promise<boolean> {
    const chunk = new Uint8Array(65_536);
    while (this.#buffer.length < count) {
      const read = await this.conn.read(chunk).catch(() => null);
      if (read === null) return false;
      this.#buffer = Buffer.concat([this.#buffer, chunk.subarray(0, read)]);
    }
    return true;
  }

  [Symbol.dispose](): void {
    if (this.#isOpen) this.conn.close();
    this.#isOpen = false;
  }
}
