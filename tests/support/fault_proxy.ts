/**
 * A TCP proxy that fails on command, between two ends that know nothing of it.
 *
 * A cut closes the proxy's sockets. An end sees an end of file, or a reset when
 * it had sent what the proxy had not read; what the kernel still held of the
 * forwarded bytes arrives before the former, and may be lost in the latter.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import { Happenings } from "./happenings.ts";

/** Which way bytes go. */
export type Direction = "to_target" | "to_dialler";

/** Where the proxy connects to. */
export interface Target {
  /** @default {"127.0.0.1"} */
  readonly hostname?: string;
  readonly port: number;
}

/** A connection that came to the proxy. */
export interface ProxiedConnection {
  /** Whether it was closed at once, as `refuse` was set. */
  readonly isRefused: boolean;
  /** Resolves when both its sockets are closed; never rejects. */
  readonly closed: Promise<void>;
  /** Destroys this connection alone. */
  cut(): void;
}

/** The most bytes of a read. */
const CHUNK_BYTES = 64 * 1024;

/** Forwards connections to a target, and fails as it is told. */
export class FaultProxy implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #accepting: Promise<void>;
  readonly #links = new Set<Link>();
  readonly #stalled = new Set<Direction>();
  /** Bytes that writes under way offer. */
  readonly #offered = { to_target: 0, to_dialler: 0 };
  /** The count of forwarded bytes at which everything is cut. */
  readonly #cutAt = { to_target: Infinity, to_dialler: Infinity };
  #change = Promise.withResolvers<void>();
  #accepted = 0;
  #cuts = 0;
  #isListening = true;

  /** Where connections go from now on; those present stay where they are. */
  target: Target;
  /** Whether new connections are closed at once. */
  refuse = false;
  /** The most bytes of a write, 1 or more. */
  splitBytes: number = Infinity;
  /** Macrotasks to wait before each write. */
  delayTurns = 0;
  /** Connections as they come, those that are refused too. */
  readonly connections: Happenings<ProxiedConnection> = new Happenings();
  /** Bytes that the kernel has taken, of all connections so far. */
  readonly forwarded: Record<Direction, number> = {
    to_target: 0,
    to_dialler: 0,
  };

  constructor(target: Target) {
    this.target = target;
    this.#accepting = this.#accept();
  }

  /** Where to dial. */
  get address(): Required<Target> {
    return { hostname: "127.0.0.1", port: this.#listener.addr.port };
  }

  /** Connections that have come, those that were refused too. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Connections that are present. */
  get open(): number {
    return this.#links.size;
  }

  /** How often all present connections were destroyed. */
  get cuts(): number {
    return this.#cuts;
  }

  /** Destroys all present connections, in the middle of what is under way. */
  cut(): void {
    this.#cuts++;
    for (const link of this.#links) link.cut();
  }

  /**
   * Destroys all present connections when exactly so many further bytes were
   * forwarded in that direction, over all of them together.
   */
  cutAfter(bytes: number, direction: Direction): void {
    if (!Number.isInteger(bytes) || bytes < 0) {
      throw new RangeError(
        `Cannot cut after ${bytes} bytes: it is no whole number from 0`,
      );
    }
    if (bytes === 0) return this.cut();
    this.#cutAt[direction] = this.forwarded[direction] +
      this.#offered[direction] + bytes;
  }

  /**
   * Stops reading and forwarding in one direction, until {@linkcode flow}.
   * Nothing is lost, and the sender soon finds that nobody reads.
   */
  stall(direction: Direction): void {
    this.#stalled.add(direction);
  }

  /** Goes on after {@linkcode stall}. */
  flow(direction: Direction): void {
    this.#stalled.delete(direction);
    this.#changed();
  }

  /**
   * Makes present connections silent: what either end sends is read and
   * dropped, its end as well, and no end is told: as if the other host had
   * died.
   */
  halfOpen(): void {
    for (const link of this.#links) link.isSilent = true;
    this.#changed();
  }

  async #accept(): Promise<void> {
    const running = new Set<Promise<void>>();
    for await (const dialler of this.#listener) {
      this.#accepted++;
      const link = new Link(dialler, this.refuse, () => {
        this.#links.delete(link);
        this.#changed();
      });
      if (this.refuse) link.cut();
      else {
        this.#links.add(link);
        const serving = this.#serve(link).finally(() =>
          running.delete(serving)
        );
        running.add(serving);
      }
      this.connections.push(link);
    }
    await Promise.all(running);
  }

  async #serve(link: Link): Promise<void> {
    try {
      const { hostname = "127.0.0.1", port } = this.target;
      const target = await Deno.connect({ hostname, port });
      if (link.isClosed) return target.close();
      link.target = target;
      // When one end fails, or is cut, so is the other.
      const cut = () => link.cut();
      await Promise.all([
        this.#pump(link, link.dialler, target, "to_target").catch(cut),
        this.#pump(link, target, link.dialler, "to_dialler").catch(cut),
      ]);
    } catch {
      // The target is not there: the dialler is told by the end of its socket.
    } finally {
      link.cut();
    }
  }

  async #pump(
    link: Link,
    from: Deno.TcpConn,
    to: Deno.TcpConn,
    direction: Direction,
  ): Promise<void> {
    to.setNoDelay(true);
    const buffer = new Uint8Array(CHUNK_BYTES);
    const mayFlow = () => !this.#stalled.has(direction);
    while (true) {
      await this.#until(link, mayFlow);
      const count = await from.read(buffer);
      await this.#until(link, mayFlow);
      if (count === null) break;
      for (let at = 0; at < count && !link.isSilent;) {
        at += await this.#write(
          link,
          to,
          buffer.subarray(at, count),
          direction,
        );
      }
    }
    if (!link.isSilent) await to.closeWrite();
  }

  /** Writes as much as it may; none if the link has become silent. */
  async #write(
    link: Link,
    to: Deno.TcpConn,
    bytes: Uint8Array,
    direction: Direction,
  ): Promise<number> {
    for (let turn = 0; turn < this.delayTurns; turn++) await setImmediate();
    const left = () =>
      this.#cutAt[direction] - this.forwarded[direction] -
      this.#offered[direction];
    await this.#until(
      link,
      () => !this.#stalled.has(direction) && left() > 0,
    );
    if (link.isSilent) return 0;
    const size = Math.min(bytes.length, this.splitBytes, left());
    this.#offered[direction] += size;
    let written = 0;
    try {
      written = await to.write(bytes.subarray(0, size));
    } finally {
      this.#offered[direction] -= size;
      this.forwarded[direction] += written;
      this.#changed();
    }
    if (this.forwarded[direction] === this.#cutAt[direction]) {
      this.#cutAt[direction] = Infinity;
      this.cut();
    }
    return written;
  }

  /** Waits until it is so, or the link has become silent; throws at its end. */
  async #until(link: Link, isSo: () => boolean): Promise<void> {
    while (!link.isClosed && !link.isSilent && !isSo()) {
      await this.#change.promise;
    }
    if (link.isClosed) throw new Deno.errors.Interrupted("The link was cut");
  }

  #changed(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  /** Destroys everything, and waits until it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isListening) this.#listener.close();
    this.#isListening = false;
    this.cut();
    await this.#accepting;
  }
}

/** The two sockets of a connection. */
class Link implements ProxiedConnection {
  readonly #closed = Promise.withResolvers<void>();
  readonly #onClosed: () => void;
  readonly dialler: Deno.TcpConn;
  readonly isRefused: boolean;
  target: Deno.TcpConn | undefined;
  isSilent = false;
  isClosed = false;

  constructor(dialler: Deno.TcpConn, isRefused: boolean, onClosed: () => void) {
    this.dialler = dialler;
    this.isRefused = isRefused;
    this.#onClosed = onClosed;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  cut(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.dialler.close();
    this.target?.close();
    this.#onClosed();
    this.#closed.resolve();
  }
}
