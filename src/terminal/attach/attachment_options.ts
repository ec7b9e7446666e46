/**
 * What an attachment needs of its server.
 *
 * @module
 */
import type { Admission } from "../access/admission.ts";
import type { TerminalCounters } from "../metrics.ts";
import type { ViewerSocket } from "./viewer_socket.ts";

/** Options of {@linkcode attachmentActor}. */
export interface AttachmentOptions {
  /** The socket, open or not. */
  readonly socket: ViewerSocket;
  /** Messages that arrived before the actor started. */
  readonly early: unknown[];
  /** What the viewer was granted. */
  readonly admission: Admission;
  /** Most bytes that may wait in the socket, credit or not. */
  readonly maxBufferedBytes: number;
  /** Milliseconds without a frame after which the viewer is disconnected. */
  readonly silenceMs: number;
  /** Id of the server. */
  readonly serverId: string;
  /** Counters of the server. */
  readonly counters: TerminalCounters;
}
