/**
 * What the client needs of the page, and what it tells it.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import type { Exit, Role } from "../attach/protocol.ts";

/** A WebSocket, as far as the client needs it. */
export interface Socket {
  /** Sends one frame. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
  /** Closes it; what it says from then on is ignored. */
  close(): void;
}

/** What a socket tells. */
export interface SocketEvents {
  /** A frame has come. */
  received(bytes: Uint8Array): void;
  /** It is closed, or could not be opened. */
  closed(code: number): void;
}

/** What shows the output. */
export interface Screen {
  /** Shows bytes in order; `parsed` is called as soon as they are. */
  write(bytes: Uint8Array, parsed: () => void): void;
  /** Takes the size of the session. */
  resize(columns: number, rows: number): void;
}

/** How it stands. */
export type ClientState =
  | { readonly phase: "connecting" }
  | { readonly phase: "connected"; readonly role: Role }
  /** It will be tried again in so many milliseconds. */
  | { readonly phase: "waiting"; readonly delayMs: number }
  /** The program has ended. */
  | { readonly phase: "ended"; readonly exit: Exit }
  /** It is no use to try again. */
  | { readonly phase: "failed"; readonly text: string }
  /** The viewer has left. */
  | { readonly phase: "left" };

/** What a client is made of. */
export interface ClientOptions {
  /** The session. */
  readonly sessionId: string;
  /** A name that no other page has. */
  readonly clientId: string;
  /** Shows the output. */
  readonly screen: Screen;
  /** Opens a WebSocket to an address relative to that of the page. */
  readonly connect: (path: string, events: SocketEvents) => Socket;
  /** The HTTP status of an address relative to that of the page. */
  readonly status: (path: string) => Promise<number>;
  /** Told how it stands. */
  readonly changed: (state: ClientState) => void;
  /** Told how long a PING took, in milliseconds. */
  readonly latency: (ms: number) => void;
  /** Told what a user should know and can do nothing about. */
  readonly notice: (text: string) => void;
  /** The source of time. */
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
}
