/**
 * Both ends of TLS over real sockets.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { AcceptedSocket } from "../../../src/session/accepted_socket.ts";
import {
  connectTls as connectCheckedTls,
  listenTls,
  type TlsClientOptions,
  type TlsServerOptions,
} from "../../../src/tcp/tls.ts";
import { checkTlsClientOptions } from "../../../src/tcp/tls_options.ts";
import { CheckedTls } from "../../../src/tcp/tls_source.ts";
import type { Address } from "../../../src/session/options.ts";
import type { Transport } from "../../../src/session/transport.ts";
import { ca, client, server } from "./certificates.ts";

/** Connects over TLS, with the options checked as a pool does. */
export async function connectTls(
  address: Address,
  options: TlsClientOptions,
  signal: AbortSignal,
): Promise<Transport> {
  const checked = new CheckedTls(options, checkTlsClientOptions);
  return await connectCheckedTls(address, checked, signal);
}

/** Signals nothing. */
export const never: AbortSignal = new AbortController().signal;

/** Options of a server that asks for certificates. */
export const mutual: TlsServerOptions = { ...server, clientCaCerts: [ca] };
/** Options of a client that shows its own. */
export const known: TlsClientOptions = { ...client, caCerts: [ca] };

/** A server with one client, through with their handshake. */
export class TlsPair implements Disposable {
  constructor(
    readonly client: Transport,
    readonly accepted: AcceptedSocket,
  ) {}

  /** The server's end. */
  get server(): Transport {
    return this.accepted.transport;
  }

  /** Connects the two; one byte goes to the server. */
  static async open(mutually: boolean): Promise<TlsPair> {
    const acceptor = listenTls({ port: 0 }, mutually ? mutual : server);
    const options = mutually ? known : { caCerts: [ca] };
    const dialing = connectTls(acceptor.address, options, never);
    const accepted = await acceptor.accept();
    acceptor.close();
    const reading = accepted.transport.read(new Uint8Array(1));
    const client = await dialing;
    await client.write(new Uint8Array(1));
    assertEquals(await reading, 1);
    return new TlsPair(client, accepted);
  }

  [Symbol.dispose](): void {
    this.client.close();
    this.server.close();
  }
}

/** Writes all of `bytes`. */
export async function writeAll(
  transport: Transport,
  bytes: Uint8Array,
): Promise<void> {
  let sent = 0;
  while (sent < bytes.length) {
    sent += await transport.write(bytes.subarray(sent));
  }
}

/** Reads exactly `length` bytes. */
export async function readExactly(
  transport: Transport,
  length: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let got = 0;
  while (got < length) {
    const count = await transport.read(bytes.subarray(got));
    if (count === null) throw new Error(`The end came after ${got} bytes`);
    got += count;
  }
  return bytes;
}
