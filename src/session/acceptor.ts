/**
 * Where sockets come from, whatever runs over them: TCP in one room, TLS in
 * another.
 *
 * @module
 */
import type { AcceptedSocket } from "./accepted_socket.ts";
import type { Address } from "./options.ts";

/** Accepts sockets at an address. */
export interface Acceptor {
  /** Where it listens, with the real port. */
  readonly address: Required<Address>;
  /**
   * What the secrets of its sessions begin with, at most 8 bytes, so that
   * whoever accepts a later socket of a session knows who keeps it.
   * @default {nothing: they are random}
   */
  readonly tokenPrefix?: Uint8Array;
  /**
   * Returns the next socket. It waits for no handshake: that is part of the
   * first read or write of the socket. Rejects with `Deno.errors.BadResource`
   * when the acceptor is closed, or with what the system says, such as that
   * no descriptors are left; then it may be called again.
   */
  accept(): Promise<AcceptedSocket>;
  /** Accepts no more; sockets stay open. Safe to call twice. */
  close(): void;
}
