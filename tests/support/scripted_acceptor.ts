import type { AcceptedSocket } from "../../src/session/accepted_socket.ts";
import type { Acceptor } from "../../src/session/acceptor.ts";
import { Happenings } from "./happenings.ts";
import { MemoryTransport } from "./memory_transport.ts";

/** A socket of a {@linkcode ScriptedAcceptor}, whose end a test can see. */
export interface ScriptedSocket extends AcceptedSocket {
  readonly transport: MemoryTransport;
}

/** Returns a socket in memory, as if a client had opened it. */
export function scriptedSocket(port: number = 1): ScriptedSocket {
  return {
    transport: new MemoryTransport(),
    remote: { hostname: "192.0.2.1", port },
  };
}

/** An acceptor whose accepts end as a test says. */
export class ScriptedAcceptor implements Acceptor {
  readonly address = { hostname: "192.0.2.2", port: 80 };
  /** Each accept that was asked for, until the test says how it ends. */
  readonly accepts: Happenings<PromiseWithResolvers<AcceptedSocket>> =
    new Happenings();
  /** Whether it was closed. */
  closed = false;
  /** Accepts that were asked for. */
  count = 0;
  readonly #pending = new Set<PromiseWithResolvers<AcceptedSocket>>();

  accept(): Promise<AcceptedSocket> {
    const accept = Promise.withResolvers<AcceptedSocket>();
    this.count++;
    if (this.closed) accept.reject(closedError());
    else {
      this.#pending.add(accept);
      this.accepts.push(accept);
    }
    return accept.promise;
  }

  close(): void {
    this.closed = true;
    for (const { reject } of this.#pending) reject(closedError());
  }
}

function closedError(): Error {
  return new Deno.errors.BadResource("Listener has been closed");
}
