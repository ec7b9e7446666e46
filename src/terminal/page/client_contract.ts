/**
 * The interfaces between the client and the page.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import type { Exit, Role, SizeOwner } from "../attach/protocol.ts";

/** The part of a WebSocket that the client uses. */
export interface Socket {
  /** Sends one frame. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
  /** Closes the socket; its later events are ignored. */
  close(): void;
}

/** The events of a socket. */
export interface SocketEvents {
  /** Called when a frame has arrived. */
  received(bytes: Uint8Array): void;
  /** Called when the socket is closed, or could not be opened. */
  closed(code: number): void;
}

/** The screen that shows the output. */
export interface Screen {
  /** Shows bytes in order, and calls `parsed` as soon as they are parsed. */
  write(bytes: Uint8Array, parsed: () => void): void;
  /** Takes the size of the session for what is written from now on. */
  resize(columns: number, rows: number): void;
}

/** The size of a session, and whose it is. */
export interface SessionSize {
  readonly columns: number;
  readonly rows: number;
  /** The viewer whose size it is; `undefined` for nobody's. */
  readonly owner: SizeOwner | undefined;
}

/** The state of a client. */
export type ClientState =
  | { readonly phase: "connecting" }
  | { readonly phase: "connected"; readonly role: Role }
  /** The client connects again after a delay. */
  | { readonly phase: "waiting"; readonly delayMs: number }
  /** The program has ended. */
  | { readonly phase: "ended"; readonly exit: Exit }
  /** The client does not connect again, as it would fail in the same way. */
  | { readonly phase: "failed"; readonly text: string }
  /** The viewer has detached, or was not attached yet. */
  | { readonly phase: "detached" };

/** Options of a client. */
export interface ClientOptions {
  /** Id of the session. */
  readonly sessionId: string;
  /** Id of the client, which no other page has. */
  readonly clientId: string;
  /** What other viewers call this one, such as "Phone". */
  readonly name?: string;
  /** Screen that shows the output. */
  readonly screen: Screen;
  /** Opens a WebSocket to an address relative to that of the page. */
  readonly connect: (path: string, events: SocketEvents) => Socket;
  /** Returns the HTTP status of an address relative to that of the page. */
  readonly status: (path: string) => Promise<number>;
  /** Called when the state has changed. */
  readonly changed: (state: ClientState) => void;
  /** Called with the size of the session, and whose it is. */
  readonly sized?: (size: SessionSize) => void;
  /** Called with the milliseconds that a PING took. */
  readonly latency: (ms: number) => void;
  /** Called with a text that the user should read. */
  readonly notice: (text: string) => void;
  /** Source of time. */
  readonly clock: Clock;
  /** Returns a random number from 0 to 1. */
  readonly random: () => number;
}
