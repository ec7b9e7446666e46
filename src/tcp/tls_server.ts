/**
 * The server's side of TLS over one accepted socket.
 *
 * It is `node:tls` and not `Deno.listenTls`, because that cannot ask for
 * client certificates or turn Nagle's algorithm off, and because closing one
 * of its sockets leaves the descriptor open for as long as the client likes,
 * if that has not finished its handshake or does not read.
 *
 * @module
 */
import type { X509Certificate } from "node:crypto";
import { createServer, type TLSSocket } from "node:tls";
import type { Address, PeerCertificate, Transport } from "../session/mod.ts";
import { serverTlsError } from "./tls_errors.ts";
import { refuseClient } from "./tls_client_check.ts";
import type { TlsServerOptions } from "./tls_options.ts";
import { TlsPipe } from "./tls_pipe.ts";

/** Bytes that one write takes: TLS makes a copy of them. */
const WRITE_BYTES = 65_536;
/** No time-out of its own, whose timer would outlive a client that failed. */
const NO_HANDSHAKE_TIMEOUT = -1;

/** A {@linkcode Transport} over TLS, of which this is the server. */
export class TlsServerTransport implements Transport {
  readonly #socket: Transport;
  readonly #remote: Address;
  readonly #options: TlsServerOptions;
  readonly #pipe: TlsPipe;
  /** Rejects the calls that wait. */
  readonly #waiting = new Set<(cause: unknown) => void>();
  #handshake: Promise<TLSSocket> | undefined;
  #tls: TLSSocket | undefined;
  #certificate: X509Certificate | undefined;
  /** Decrypted bytes that the last read had no room for. */
  #rest: Uint8Array | undefined;
  #onReadable: () => void = () => {};
  #failure: { readonly cause: unknown } | undefined;

  /** @param options Those that were checked. */
  constructor(
    socket: Transport,
    remote: Address,
    options: TlsServerOptions,
  ) {
    this.#socket = socket;
    this.#remote = remote;
    this.#options = options;
    this.#pipe = new TlsPipe(socket, (cause) => this.#fail(cause));
  }

  /** The client's certificate after the handshake, if one was asked for. */
  get peerCertificate(): PeerCertificate | undefined {
    if (this.#certificate === undefined) return undefined;
    const { subject, fingerprint256, raw } = this.#certificate;
    return { subject, fingerprint256, raw };
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    const tls = await this.#secured();
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.cause;
      const bytes: Uint8Array | null = this.#rest ?? tls.read();
      if (bytes !== null) {
        const count = Math.min(bytes.length, buffer.length);
        buffer.set(bytes.subarray(0, count));
        this.#rest = count < bytes.length ? bytes.subarray(count) : undefined;
        return count;
      }
      // It also closes by itself when both sides have ended.
      if (tls.readableEnded || tls.closed) return null;
      await this.#until((resolve) => {
        this.#onReadable = resolve;
        this.#pipe.open = true;
      });
      this.#pipe.open = false;
    }
  }

  async write(bytes: Uint8Array): Promise<number> {
    const tls = await this.#secured();
    const piece = bytes.subarray(0, WRITE_BYTES);
    // TLS makes nothing of no bytes, and does not say so.
    if (piece.length === 0) return 0;
    await this.#until((resolve, reject) =>
      tls.write(piece, (error) => error ? reject(error) : resolve())
    );
    return piece.length;
  }

  async closeWrite(): Promise<void> {
    const tls = await this.#secured();
    if (tls.writableEnded) return;
    await this.#until((resolve) => tls.end(() => resolve()));
    await this.#pipe.flushed();
  }

  // Bound, as it serves as a callback.
  readonly close = (): void =>
    this.#fail(new Deno.errors.BadResource("The socket is closed"));

  #fail(cause: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { cause };
    this.#rest = undefined;
    this.#socket.close();
    this.#tls?.destroy();
    this.#pipe.destroy();
    for (const reject of this.#waiting) reject(cause);
  }

  /** Waits for what `start` starts, or for the failure of the socket. */
  async #until<T = void>(
    start: (
      resolve: (value: T) => void,
      reject: (cause: unknown) => void,
    ) => void,
  ): Promise<T> {
    if (this.#failure !== undefined) throw this.#failure.cause;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#waiting.add(reject);
    start(resolve, reject);
    try {
      return await promise;
    } finally {
      this.#waiting.delete(reject);
    }
  }

  #secured(): Promise<TLSSocket> {
    return this.#handshake ??= this.#until((resolve) => this.#secure(resolve));
  }

  #secure(resolve: (tls: TLSSocket) => void): void {
    const { cert, key, clientCaCerts } = this.#options;
    const server = createServer({
      cert,
      key,
      handshakeTimeout: NO_HANDSHAKE_TIMEOUT,
      ...clientCaCerts === undefined
        ? {}
        : { ca: [...clientCaCerts], requestCert: true },
    });
    server.once("tlsClientError", (cause, tls) => {
      const { authorizationError } = tls;
      const refusal = authorizationError ? `${authorizationError}` : undefined;
      this.#fail(serverTlsError(this.#remote, cause, refusal));
    });
    server.once("secureConnection", (tls) => {
      this.#tls = tls;
      tls.on("error", (cause) => this.#fail(cause));
      tls.on("readable", () => this.#onReadable());
      tls.on("end", () => this.#onReadable());
      tls.on("close", () => this.#onReadable());
      if (clientCaCerts !== undefined) {
        const certificate = tls.getPeerX509Certificate();
        const refusal = refuseClient({
          certificate,
          resumed: tls.isSessionReused(),
          authorized: tls.authorized,
        }, clientCaCerts);
        if (refusal !== undefined) {
          const cause = new Error(refusal);
          return this.#fail(serverTlsError(this.#remote, cause));
        }
        this.#certificate = certificate;
      }
      this.#pipe.open = false;
      resolve(tls);
    });
    server.emit("connection", this.#pipe);
  }
}
