/**
 * The decisions of one attachment, from the opening of its socket to its
 * close: a state machine without sockets, sessions or clocks. Events go in,
 * commands come out; `attachment_actor.ts` carries them out.
 *
 * Pieces of input and output are not events, because a list of commands for
 * each would cost too much. `acceptInput`, `inputTaken` and the output ledger
 * of the state decide about them.
 *
 * @module
 */
import {
  PtyAttachmentError,
  PtyError,
  type PtyExit,
  type PtyRole,
} from "../../pty/mod.ts";
import type {
  AttachmentCommand,
  AttachmentError,
  AttachmentEvent,
  ViewerRequest,
} from "./attachment_events.ts";
import { sizeFrame } from "./size_frame.ts";
import { OutputLedger } from "./output_ledger.ts";
import {
  CLOSE_CODE_BASE,
  ErrorCode,
  MAX_EARLY,
  type ServerFrame,
} from "./protocol.ts";

/**
 * The phase of an attachment: the socket is not open yet, the session was
 * asked to attach, it did, the socket is being closed, or it is closed.
 */
export type AttachmentPhase =
  | "connecting"
  | "attaching"
  | "attached"
  | "closing"
  | "closed";

/** One attachment, as the decisions see it. */
export interface AttachmentState {
  /** Whether the viewer may type, resize and send signals. */
  readonly role: PtyRole;
  /** Milliseconds without a frame after which the viewer is disconnected. */
  readonly silenceMs: number;
  phase: AttachmentPhase;
  /** Messages that arrived before the attachment, first to last. */
  early: unknown[];
  /** Output that was sent to the viewer, and what it acknowledged. */
  output: OutputLedger;
  /** Whether this viewer's terminal answers the program's queries. */
  ownsReplies: boolean;
  /** Bytes of input that were taken since the last INPUT_ACK. */
  unacknowledgedBytes: number;
  /** Whether an INPUT_ACK is scheduled. */
  isAckScheduled: boolean;
  /** Whether a message arrived since the last check: cheaper than the time. */
  isHeard: boolean;
  /** Time of the last check before which a message had arrived, in ms. */
  silentSince: number;
}

/** Bytes of input after which an INPUT_ACK is sent without a delay. */
const INPUT_ACK_BYTES = 1024;
/** The close code of a normal end. */
const CLOSE_NORMAL = 1000;
/** The offset in a ROLE of a viewer that answers no queries. */
const NEVER = Number.MAX_SAFE_INTEGER;

const NOTHING: readonly AttachmentCommand[] = [];
const ACKNOWLEDGE_INPUT: AttachmentCommand = { type: "acknowledge_input" };
const FINISH: AttachmentCommand = { type: "finish", error: undefined };

/** Returns the state of an attachment whose socket is not open yet. */
export function newAttachment(
  role: PtyRole,
  silenceMs: number,
): AttachmentState {
  return {
    role,
    silenceMs,
    phase: "connecting",
    early: [],
    output: new OutputLedger(0),
    ownsReplies: false,
    unacknowledgedBytes: 0,
    isAckScheduled: false,
    isHeard: true,
    silentSince: 0,
  };
}

/** Whether the attachment has ended, so that nothing is sent any more. */
export function isOver({ phase }: AttachmentState): boolean {
  return phase === "closing" || phase === "closed";
}

/**
 * Applies an event to the state, in place, and returns the commands to carry
 * out. The result depends on the arguments alone.
 */
export function transition(
  state: AttachmentState,
  event: AttachmentEvent,
): readonly AttachmentCommand[] {
  switch (event.type) {
    case "socket_closed":
    case "close_overdue":
      return end(state);
    case "attached":
      if (isOver(state)) return [{ type: "detach" }];
      return attached(state, event);
  }
  return isOver(state) ? NOTHING : whileOpen(state, event);
}

function whileOpen(
  state: AttachmentState,
  event: Exclude<
    AttachmentEvent,
    { type: "socket_closed" | "close_overdue" | "attached" }
  >,
): readonly AttachmentCommand[] {
  switch (event.type) {
    case "socket_opened":
      if (state.phase !== "connecting") return NOTHING;
      state.phase = "attaching";
      return [{ type: "attach" }];
    case "message_arrived":
      return messageArrived(state, event.data);
    case "requested":
      return requested(state, event.frame);
    case "protocol_broken":
      return close(state, ErrorCode.PROTOCOL, event.text);
    case "overflowed":
      return close(state, ErrorCode.LIMIT, "The viewer reads too slowly");
    case "attach_failed":
      return attachFailed(state, event.error);
    case "exited":
      return exited(event.exit);
    case "finished":
      return closeWith(state, event.error);
    case "refused":
      return [send(errorFrame(ErrorCode.REFUSED, event.text))];
    case "replies_claimed":
      return claimReplies(state, event.from);
    case "replies_handed_over":
      state.ownsReplies = false;
      return [sendRole(state, NEVER)];
    case "input_ack_due":
      return [acknowledgeInput(state)];
    case "input_dropped":
      // A viewer that is being attached gets an INPUT_ACK anyway.
      return state.phase === "attached" ? [send(event)] : NOTHING;
    case "input_failed":
      return close(state, ErrorCode.INTERNAL, "The input could not be typed");
    case "replaced":
      return close(
        state,
        ErrorCode.REPLACED,
        "This viewer is attached elsewhere",
      );
    case "access_ended":
      return close(state, ErrorCode.UNAUTHORIZED, event.why);
    case "silence_checked":
      return silenceChecked(state, event.now);
    case "server_stopping":
      return close(state, ErrorCode.GOING_AWAY, "The server is stopping");
    case "failed":
      return close(state, ErrorCode.INTERNAL, "The server has failed");
    default:
      return event satisfies never;
  }
}

function attached(
  state: AttachmentState,
  { offset, size, owner, serverId, answeredTo, isAnswered }: Extract<
    AttachmentEvent,
    { type: "attached" }
  >,
): readonly AttachmentCommand[] {
  if (state.phase !== "attaching") return NOTHING;
  state.phase = "attached";
  state.output = new OutputLedger(offset);
  const messages = state.early;
  state.early = [];
  const answers = state.role === "control" && !isAnswered;
  return [
    send({ type: "hello", serverId }),
    ...(answers
      ? claimReplies(state, Math.max(offset, answeredTo))
      : [sendRole(state, NEVER)]),
    send(sizeFrame(size, owner)),
    acknowledgeInput(state),
    ...(messages.length === 0
      ? NOTHING
      : [{ type: "receive", messages } as const]),
  ];
}

function attachFailed(
  state: AttachmentState,
  error: unknown,
): readonly AttachmentCommand[] {
  if (!(error instanceof PtyError)) {
    return close(state, ErrorCode.NOT_FOUND, "The session has ended");
  }
  const isFull = error instanceof PtyAttachmentError;
  const code = isFull ? ErrorCode.LIMIT : ErrorCode.REFUSED;
  return close(state, code, error.message);
}

function messageArrived(
  state: AttachmentState,
  data: unknown,
): readonly AttachmentCommand[] {
  if (!(data instanceof ArrayBuffer)) {
    return close(
      state,
      ErrorCode.PROTOCOL,
      "Cannot read a text message: send binary messages",
    );
  }
  if (state.phase === "attached") {
    return [{ type: "receive", messages: [data] }];
  }
  if (state.early.length >= MAX_EARLY) {
    return close(
      state,
      ErrorCode.PROTOCOL,
      "Cannot keep more messages: wait for the ROLE first",
    );
  }
  state.early.push(data);
  return NOTHING;
}

function requested(
  state: AttachmentState,
  frame: ViewerRequest,
): readonly AttachmentCommand[] {
  switch (frame.type) {
    case "ping":
      return [send({ type: "pong", id: frame.id })];
    case "detach":
      return closeWith(state, undefined);
    case "visibility":
      return [{ type: "hide", hidden: frame.hidden }];
  }
  if (state.role !== "control") return rejectReadOnly();
  switch (frame.type) {
    case "input":
      // What may be typed is decided by `acceptInput`.
      return NOTHING;
    case "resize": {
      const { columns, rows } = frame;
      return [{ type: "resize", size: { columns, rows } }];
    }
    case "use_size":
      return [{ type: "use_size" }];
    case "signal":
      return [{ type: "signal", signal: frame.signal }];
    case "interrupt":
      return [frame];
    default:
      return frame satisfies never;
  }
}

function rejectReadOnly(): readonly AttachmentCommand[] {
  return [send(errorFrame(ErrorCode.READ_ONLY, "You are a read-only viewer"))];
}

function exited(
  { code, signal, error }: PtyExit,
): readonly AttachmentCommand[] {
  const commands: AttachmentCommand[] = [];
  if (error !== undefined) {
    commands.push(send(errorFrame(ErrorCode.REFUSED, error.message)));
  }
  if (signal !== undefined) {
    commands.push(send({ type: "exit", exit: { signal } }), FINISH);
  } else if (code !== undefined) {
    commands.push(send({ type: "exit", exit: { code } }), FINISH);
  } else {
    const text = "The program could not be ended";
    const error = errorFrame(ErrorCode.INTERNAL, text);
    commands.push({ type: "finish", error });
  }
  return commands;
}

function silenceChecked(
  state: AttachmentState,
  now: number,
): readonly AttachmentCommand[] {
  if (state.isHeard) state.silentSince = now;
  state.isHeard = false;
  return now - state.silentSince < state.silenceMs
    ? NOTHING
    : close(state, ErrorCode.LIMIT, "The viewer was silent for too long");
}

/** Makes this viewer the one who answers the program's queries. */
function claimReplies(
  state: AttachmentState,
  from: number,
): readonly AttachmentCommand[] {
  state.ownsReplies = true;
  return [{ type: "claim_replies" }, sendRole(state, from)];
}

function acknowledgeInput(state: AttachmentState): AttachmentCommand {
  state.unacknowledgedBytes = 0;
  state.isAckScheduled = false;
  return ACKNOWLEDGE_INPUT;
}

function close(
  state: AttachmentState,
  code: ErrorCode,
  text: string,
): readonly AttachmentCommand[] {
  return closeWith(state, errorFrame(code, text));
}

function closeWith(
  state: AttachmentState,
  error: AttachmentError | undefined,
): readonly AttachmentCommand[] {
  state.phase = "closing";
  state.early = [];
  state.ownsReplies = false;
  const code = error === undefined
    ? CLOSE_NORMAL
    : CLOSE_CODE_BASE + error.code;
  return [{ type: "close", code, error }];
}

function end(state: AttachmentState): readonly AttachmentCommand[] {
  if (state.phase === "closed") return NOTHING;
  const commands = isOver(state) ? NOTHING : closeWith(state, undefined);
  state.phase = "closed";
  return [...commands, { type: "stop" }];
}

function send(frame: ServerFrame): AttachmentCommand {
  return { type: "send", frame };
}

function sendRole(
  { role }: AttachmentState,
  repliesFrom: number,
): AttachmentCommand {
  return send({ type: "role", role, repliesFrom });
}

function errorFrame(code: ErrorCode, text: string): AttachmentError {
  return { type: "error", code, text };
}

// Decisions about each piece of input.

/**
 * Decides about an INPUT: type it, answer the program's queries first (whoever
 * types is present), or reject it.
 */
export function acceptInput(
  { role, ownsReplies }: AttachmentState,
): "type" | "claim" | "reject" {
  if (role !== "control") return "reject";
  return ownsReplies ? "type" : "claim";
}

/**
 * Counts bytes of input that were taken, and decides when to acknowledge them:
 * now, after a delay, or with those that wait for theirs.
 */
export function inputTaken(
  state: AttachmentState,
  bytes: number,
): "acknowledge" | "schedule" | "wait" {
  // What was taken before is acknowledged with the attachment.
  if (state.phase !== "attached") return "wait";
  state.unacknowledgedBytes += bytes;
  if (state.unacknowledgedBytes >= INPUT_ACK_BYTES) {
    acknowledgeInput(state);
    return "acknowledge";
  }
  if (state.isAckScheduled) return "wait";
  state.isAckScheduled = true;
  return "schedule";
}
