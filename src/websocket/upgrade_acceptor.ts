/**
 * An acceptor of WebSockets, which come one at a time from a fetch handler.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import type { AcceptedSocket, Acceptor } from "../session/internal.ts";
import type { Address } from "../session/mod.ts";
import { WebSocketTransport } from "./web_socket_transport.ts";

/** Milliseconds that an upgrade may take: it waits for nobody. */
const UPGRADE_MS = 10_000;

/** Hands WebSockets that were upgraded on to the keeper of the sockets. */
export class UpgradeAcceptor implements Acceptor {
  readonly address: Required<Address> = { hostname: "", port: 0 };
  readonly #clock: Clock;
  readonly #waiting: AcceptedSocket[] = [];
  #accepting: PromiseWithResolvers<AcceptedSocket> | undefined;
  #isOpen = true;
  /** WebSockets whose end was not seen yet. */
  open = 0;

  /** Creates an acceptor whose deadlines are those of `clock`. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes a WebSocket over, and offers it as soon as it is open. */
  add(
    socket: WebSocket,
    about: Pick<AcceptedSocket, "remote" | "authenticate">,
  ): void {
    const transport = new WebSocketTransport(socket);
    this.open++;
    let isCounted = true;
    const uncount = (): void => {
      due.cancel();
      if (isCounted) this.open--;
      isCounted = false;
    };
    // If the client has left before the response, nobody reports anything.
    const due = this.#clock.schedule(UPGRADE_MS, () => {
      uncount();
      transport.close();
    });
    socket.addEventListener("close", uncount, { once: true });
    socket.addEventListener("open", () => {
      due.cancel();
      this.#offer({ ...about, transport, onAttached: transport.trust });
    }, { once: true });
  }

  #offer(socket: AcceptedSocket): void {
    if (!this.#isOpen) return socket.transport.close();
    if (this.#accepting === undefined) return void this.#waiting.push(socket);
    this.#accepting.resolve(socket);
    this.#accepting = undefined;
  }

  accept(): Promise<AcceptedSocket> {
    if (!this.#isOpen) return Promise.reject(closed());
    const socket = this.#waiting.shift();
    if (socket !== undefined) return Promise.resolve(socket);
    this.#accepting = Promise.withResolvers();
    return this.#accepting.promise;
  }

  close(): void {
    this.#isOpen = false;
    for (const { transport } of this.#waiting.splice(0)) transport.close();
    this.#accepting?.reject(closed());
    this.#accepting = undefined;
  }
}

function closed(): Error {
  return new Deno.errors.BadResource("The server of sessions is closed");
}
