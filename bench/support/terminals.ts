/**
 * What a contestant of the terminal comparisons must be able to do, and the
 * loops that are timed: the same for every contestant.
 *
 * @module
 */

import { setTimeout } from "node:timers/promises";

/** Bytes that the program of `bulk` writes for each line that it reads. */
export const BULK_BYTES = 200_000_000;

/** What runs on the terminals. Each says `ready` when the terminal is raw. */
const PROGRAMS: Readonly<Record<string, string>> = {
  echo: "exec cat",
  bulk: `while read -r _; do head -c ${BULK_BYTES} /dev/zero; done`,
};

/** The arguments of `sh` for the program that a server was told to run. */
export function programOf(name: string | undefined): string[] {
  const program = PROGRAMS[name ?? ""];
  if (program === undefined) throw new TypeError(`There is no ${name}`);
  return ["-c", `stty raw -echo; printf ready; ${program}`];
}

/** A server, or a user of it, that opens sessions. */
export interface TerminalPeer {
  /** Opens a session, and waits until its program is ready. */
  open(): Promise<TerminalClient>;
}

/** The viewing half of a session over a WebSocket. */
export abstract class TerminalClient implements AsyncDisposable {
  protected readonly socket: WebSocket;
  #awaited = "ready".length;
  #arrived: PromiseWithResolvers<void> = Promise.withResolvers();
  #last: number | undefined;

  /** Takes a socket that is not open yet. */
  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.received(new Uint8Array(data));
    socket.onclose = () => this.failed("the socket was closed");
    socket.onopen = () => this.opened();
  }

  /** Resolves when the program is ready. */
  get ready(): Promise<void> {
    return this.#arrived.promise;
  }

  /** What to do when the socket is open. */
  protected opened(): void {}

  /** Takes a frame. */
  protected abstract received(frame: Uint8Array<ArrayBuffer>): void;

  /** Sends what was typed. */
  protected abstract send(bytes: Uint8Array<ArrayBuffer>): void;

  /** Takes output. */
  protected output(bytes: Uint8Array): void {
    this.#awaited -= bytes.length;
    this.#last = bytes[bytes.length - 1];
    if (this.#awaited === 0) this.#arrived.resolve();
    if (this.#awaited < 0) this.failed("too much has come");
  }

  /** Whoever waits learns why nothing comes. */
  protected failed(why: string): void {
    this.#arrived.reject(new Error(`Cannot measure: ${why}`));
  }

  /** Types, and resolves with the last byte when so many have come. */
  async type(
    bytes: Uint8Array<ArrayBuffer>,
    outputBytes: number,
  ): Promise<number | undefined> {
    this.#awaited = outputBytes;
    this.#arrived = Promise.withResolvers();
    this.send(bytes);
    await this.#arrived.promise;
    return this.#last;
  }

  /** Closes, and waits until the server has. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { socket } = this;
    if (socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;
  }
}

const KEY = Uint8Array.of(0x78);
const LINE = Uint8Array.of(0x0a);

/** From a key to its echo, in milliseconds. */
export async function echoMs(client: TerminalClient): Promise<number> {
  const start = performance.now();
  const echo = await client.type(KEY, 1);
  const elapsedMs = performance.now() - start;
  if (echo !== KEY[0]) throw new Error("Cannot measure: the echo is wrong");
  return elapsedMs;
}

/** The mean time from a key to its echo, in microseconds. */
export async function echoMicros(
  client: TerminalClient,
  keys: number,
): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < keys; i++) await client.type(KEY, 1);
  return (performance.now() - start) * 1000 / keys;
}

/** Megabytes (1,000,000) a second of what the program writes. */
export async function bulkMegabytesPerSecond(
  client: TerminalClient,
): Promise<number> {
  const start = performance.now();
  await client.type(LINE, BULK_BYTES);
  return BULK_BYTES / 1000 / (performance.now() - start);
}

/** Somebody who types and thinks, until told to stop. */
export async function typeAndThink(
  client: TerminalClient,
  thinkMs: number,
  goesOn: () => boolean,
  onEcho: (ms: number) => void,
): Promise<void> {
  // Not all at once in the beginning.
  await setTimeout(Math.random() * thinkMs);
  while (goesOn()) {
    onEcho(await echoMs(client));
    await setTimeout(thinkMs * (0.5 + Math.random()));
  }
}
