/**
 * An acceptor of WebSockets, which come one at a time from a fetch handler.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import {
  type AcceptedSocket,
  type Acceptor,
  AcceptQueue,
} from "../session/internal.ts";
import type { Address } from "../session/mod.ts";
import { WebSocketTransport } from "./web_socket_transport.ts";

/** Milliseconds that an upgrade may take: it waits for nobody. */
const UPGRADE_MS = 10_000;

/** Hands WebSockets that were upgraded on to the keeper of the sockets. */
export class UpgradeAcceptor implements Acceptor {
  readonly address: Required<Address> = { hostname: "", port: 0 };
  readonly #clock: Clock;
  readonly #queue = new AcceptQueue("The server of sessions is closed");
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
      this.#queue.offer({ ...about, transport, onAttached: transport.trust });
    }, { once: true });
  }

  accept(): Promise<AcceptedSocket> {
    return this.#queue.accept();
  }

  close(): void {
    this.#queue.close();
  }
}
