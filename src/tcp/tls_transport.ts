/**
 * TLS over one socket, on either side, by `node:tls`.
 *
 * @module
 */
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { Transport } from "../session/mod.ts";
import { TlsPipe } from "./tls_pipe.ts";

/** Bytes that one write takes: TLS makes a copy of them. */
const WRITE_BYTES = 65_536;
/**
 * Starts one side of the handshake on what TLS reads and writes. What it throws
 * fails the transport, as `fail` does.
 */
export type Secure = (
  pipe: Duplex,
  secured: (tls: TLSSocket) => void,
  fail: (cause: unknown) => void,
) => void | Promise<void>;

/** A {@linkcode Transport} over TLS. */
export class TlsTransport implements Transport {
  readonly #socket: Transport;
  readonly #secure: Secure;
  readonly #pipe: TlsPipe;
  /** Rejects the calls that wait. */
  readonly #waiting = new Set<(cause: unknown) => void>();
  #handshake: Promise<TLSSocket> | undefined;
  #tls: TLSSocket | undefined;
  /** Decrypted bytes that the last read had no room for. */
  #rest: Uint8Array | undefined;
  #onReadable: () => void = () => {};
  #cutOff = false;
  #failure: { readonly cause: unknown } | undefined;

  /** @param secure Starts the handshake, at the first read or write. */
  constructor(socket: Transport, secure: Secure) {
    this.#socket = socket;
    this.#secure = secure;
    this.#pipe = new TlsPipe(socket, (cause) => this.#fail(cause));
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

  /**
   * Whether the socket ended before the peer said that it has nothing more to
   * say; `node:tls` ends either way.
   */
  get cutOff(): boolean {
    return this.#cutOff;
  }

  /** Finishes the handshake, which is otherwise part of the first use. */
  async handshake(): Promise<void> {
    await this.#secured();
  }

  #secured(): Promise<TLSSocket> {
    return this.#handshake ??= this.#until((resolve) => {
      const secured = (tls: TLSSocket): void => {
        this.#tls = tls;
        tls.on("error", (cause) => this.#fail(cause));
        tls.on("readable", () => this.#onReadable());
        tls.on("end", () => {
          this.#cutOff = this.#pipe.ended;
          this.#onReadable();
        });
        tls.on("close", () => this.#onReadable());
        this.#pipe.open = false;
        resolve(tls);
      };
      const fail = (cause: unknown): void => this.#fail(cause);
      Promise.try(this.#secure, this.#pipe, secured, fail).catch(fail);
    });
  }
}
