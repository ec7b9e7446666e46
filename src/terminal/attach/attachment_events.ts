/**
 * What can happen to an attachment, and what it does about it: the events and
 * commands of `attachment_state.ts`.
 *
 * @module
 */
import type {
  PtyExit,
  PtySize,
  PtyViewerName,
  SignalName,
} from "../../pty/mod.ts";
import type { ClientFrame, ServerFrame } from "./protocol.ts";

/** An event in the life of an attachment. */
export type AttachmentEvent =
  /** The socket is open. */
  | { readonly type: "socket_opened" }
  /** The socket is closed. */
  | { readonly type: "socket_closed" }
  /** The viewer did not answer the close in time. */
  | { readonly type: "close_overdue" }
  /** A message arrived that is text, or that came before the attachment. */
  | { readonly type: "message_arrived"; readonly data: unknown }
  /** The viewer asked for something that `acceptInput` does not decide. */
  | { readonly type: "requested"; readonly frame: ViewerRequest }
  /** The viewer broke the protocol. */
  | { readonly type: "protocol_broken"; readonly text: string }
  /** More bytes wait in the socket than are allowed. */
  | { readonly type: "overflowed" }
  /** The session attached the viewer. */
  | {
    readonly type: "attached";
    /** Offset of the first byte that the viewer asked for. */
    readonly offset: number;
    /** The size of the first output. */
    readonly size: PtySize;
    /** The viewer whose size it is. */
    readonly owner: PtyViewerName | undefined;
    /** Id of the server. */
    readonly serverId: string;
    /** Offset before which the program's queries were answered. */
    readonly answeredTo: number;
    /** Whether another viewer answers the program's queries. */
    readonly isAnswered: boolean;
  }
  /** The session did not attach the viewer. */
  | { readonly type: "attach_failed"; readonly error: unknown }
  /** The program of the session ended, and all its output was sent. */
  | { readonly type: "exited"; readonly exit: PtyExit }
  /** The last frame was sent: the socket can be closed. */
  | { readonly type: "finished"; readonly error: AttachmentError | undefined }
  /** The session could not do what the viewer asked for. */
  | { readonly type: "refused"; readonly text: string }
  /** The viewer typed, and answers the program's queries from an offset on. */
  | { readonly type: "replies_claimed"; readonly from: number }
  /** Another viewer answers the program's queries from now on. */
  | { readonly type: "replies_handed_over" }
  /** The delay after which input is acknowledged has passed. */
  | { readonly type: "input_ack_due" }
  /** An interrupt dropped input, of which `sequence` was the last. */
  | {
    readonly type: "input_dropped";
    readonly sequence: number;
    readonly bytes: number;
  }
  /** The session could not type the viewer's input. */
  | { readonly type: "input_failed" }
  /** The same viewer attached over another socket. */
  | { readonly type: "replaced" }
  /** The viewer may not see the session any more, or not in its role. */
  | { readonly type: "access_ended"; readonly why: string }
  /** It is time to check whether the viewer sent anything; `now` is in ms. */
  | { readonly type: "silence_checked"; readonly now: number }
  /** The server stops. */
  | { readonly type: "server_stopping" }
  /** The server has a bug. */
  | { readonly type: "failed" };

/** A frame of a viewer, other than an ACK. */
export type ViewerRequest = Exclude<ClientFrame, { readonly type: "ack" }>;

/** An error that ends an attachment. */
export type AttachmentError = Extract<ServerFrame, { type: "error" }>;

/** A step for the actor of an attachment; several are carried out in order. */
export type AttachmentCommand =
  /** Attach to the session. */
  | { readonly type: "attach" }
  /** Send a frame. If the socket overflows, the commands after it are void. */
  | { readonly type: "send"; readonly frame: ServerFrame }
  /** Send an INPUT_ACK for all input that was taken; it may overflow as well. */
  | { readonly type: "acknowledge_input" }
  /** Become the one who answers the program's queries. */
  | { readonly type: "claim_replies" }
  /** Read messages that arrived before the attachment. */
  | { readonly type: "receive"; readonly messages: readonly unknown[] }
  /** Name the size that fits the viewer. */
  | { readonly type: "resize"; readonly size: PtySize }
  /** Ask the session for the size that the viewer named last. */
  | { readonly type: "use_size" }
  /** Tell the session whether anybody can see the viewer. */
  | { readonly type: "hide"; readonly hidden: boolean }
  /** Ask the session to send a signal. */
  | { readonly type: "signal"; readonly signal: SignalName }
  /** Ask the session to interrupt the program with a key. */
  | { readonly type: "interrupt"; readonly key: number }
  /** Report `finished`: the frames before this command did not overflow. */
  | { readonly type: "finish"; readonly error: AttachmentError | undefined }
  /** Release everything that is held, and close the socket. */
  | {
    readonly type: "close";
    /** The close code of the WebSocket. */
    readonly code: number;
    /** The error to send before the close, if it is not a normal one. */
    readonly error: AttachmentError | undefined;
  }
  /** Release an attachment that was made too late. */
  | { readonly type: "detach" }
  /** Stop the actor. */
  | { readonly type: "stop" };
