/**
 * The client of the page without a browser.
 *
 * @module
 */
import { realClock } from "../../../src/actor/clock.ts";
import { TerminalClient } from "../../../src/terminal/page/client.ts";
import type { SocketEvents } from "../../../src/terminal/page/client_contract.ts";

/** How a page reaches its server. */
export interface PageParts {
  /** Opens a socket below the page. */
  open(path: string): WebSocket;
  /** Requests a path below the page; resolves to the status. */
  status(path: string): Promise<number>;
}

/** A page without a browser. */
export class Page {
  readonly client: TerminalClient;
  /** Number of connections. */
  sockets = 0;
  #text = "";
  #changed = Promise.withResolvers<void>();

  constructor(id: string, { open, status }: PageParts) {
    const decoder = new TextDecoder();
    this.client = new TerminalClient({
      sessionId: id,
      clientId: "page",
      screen: {
        write: (bytes, parsed) => {
          this.#text += decoder.decode(bytes, { stream: true });
          parsed();
          this.#changed.resolve();
          this.#changed = Promise.withResolvers();
        },
        resize() {},
      },
      connect: (path, events) => {
        this.sockets++;
        return connect(open(path), events);
      },
      status,
      changed: () => {},
      latency: () => {},
      notice: () => {},
      clock: realClock,
      // Tries again at once.
      random: () => 0,
    });
  }

  /** Waits until a number of characters were shown, and returns all. */
  async shown(length: number): Promise<string> {
    while (this.#text.length < length) await this.#changed.promise;
    return this.#text;
  }
}

function connect(socket: WebSocket, events: SocketEvents) {
  socket.binaryType = "arraybuffer";
  socket.onerror = (event) => event.preventDefault();
  socket.onmessage = ({ data }) => events.received(new Uint8Array(data));
  socket.onclose = ({ code }) => events.closed(code);
  return {
    send: (bytes: Uint8Array<ArrayBuffer>) => socket.send(bytes),
    close: () => socket.close(),
  };
}

/** Text in which every piece is different. */
export function numbered(lines: number): string {
  return Array.from({ length: lines }, (_, n) => `line ${n} of ${lines}\n`)
    .join("");
}
