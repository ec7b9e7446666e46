/**
 * The actor of one WebSocket: owns it, and holds one attachment to a session.
 * It lives as long as the socket; the session outlives it. Frames and output do
 * not go through the mailbox, which is for the start and the end of both.
 *
 * `attachment_state.ts` decides; this file carries its commands out.
 *
 * @module
 */
import type { ActorContext, Behavior, Timer } from "../../actor/mod.ts";
import type { PtyAttachment, PtyEvent, PtyViewerName } from "../../pty/mod.ts";
import { AttachmentSink } from "./attachment_sink.ts";
import type {
  AttachmentCommand,
  AttachmentEvent,
} from "./attachment_events.ts";
import {
  acceptInput,
  type AttachmentState,
  inputTaken,
  isOver,
  newAttachment,
  transition,
} from "./attachment_state.ts";
import { decodeClientFrame } from "./client_frame.ts";
import { CLOSE_MS, closeSocket } from "./close_socket.ts";
import {
  type ClientFrame,
  ErrorCode,
  type ServerFrame,
  TerminalProtocolError,
} from "./protocol.ts";
import { encodeOutput, encodeServerFrame } from "./server_frame.ts";
import { sizeFrame } from "./size_frame.ts";
import type { AttachmentOptions } from "./attachment_options.ts";
import { ViewerRequests } from "./viewer_requests.ts";
import type { ReplyOwner } from "../sessions.ts";

/** Messages of an attachment's actor. */
export type AttachmentMessage =
  | { readonly type: "opened" | "check_silence" | "closed" | "overdue" }
  | { readonly type: "failed"; readonly cause: unknown };

/** Milliseconds after which input is acknowledged, so that one does for more. */
const INPUT_ACK_MS = 1000;

/** Returns the behaviour that carries frames between a socket and a session. */
export function attachmentActor(
  options: AttachmentOptions,
): Behavior<AttachmentMessage> {
  return (context) => {
    const effects = new AttachmentEffects(options, context);
    return { receive: (message) => effects.receive(message) };
  };
}

/** Carries out what `transition` decides. */
class AttachmentEffects {
  readonly #options: AttachmentOptions;
  readonly #context: ActorContext<AttachmentMessage>;
  readonly #state: AttachmentState;
  #attachment: PtyAttachment | undefined;
  #owner: PtyViewerName | undefined;
  #requests: ViewerRequests | undefined;
  #inputAck: Timer | undefined;

  readonly #sink: AttachmentSink;

  readonly #replyOwner: ReplyOwner = {
    handOver: () => {
      this.#act({ type: "replies_handed_over" });
      return this.#state.output.sentTo;
    },
  };

  readonly #onAccessEnded = (): void => {
    const why = String(this.#options.admission.pass.ended.reason);
    this.#act({ type: "access_ended", why });
  };

  constructor(
    options: AttachmentOptions,
    context: ActorContext<AttachmentMessage>,
  ) {
    this.#options = options;
    this.#context = context;
    this.#state = newAttachment(options.admission.role, options.silenceMs);
    this.#sink = new AttachmentSink({
      ledger: options.admission.ledger,
      attachment: () => this.#attachment,
      taken: (bytes) => this.#inputTaken(bytes),
      act: (event) => this.#act(event),
    });
    const { socket } = options;
    const { self, signal } = context;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => self.tell({ type: "opened" });
    socket.onclose = () => self.tell({ type: "closed" });
    // A close event follows, and reports no less.
    socket.onerror = () => {};
    socket.onmessage = ({ data }) => this.#received(data);
    signal.addEventListener(
      "abort",
      () => this.#act({ type: "server_stopping" }),
      { once: true },
    );
    context.every(options.silenceMs / 2, { type: "check_silence" });
    if (socket.readyState === WebSocket.OPEN) self.tell({ type: "opened" });
    if (socket.readyState === WebSocket.CLOSED) self.tell({ type: "closed" });
    for (const data of options.early.splice(0)) this.#received(data);
  }

  receive(message: AttachmentMessage): void {
    switch (message.type) {
      case "opened":
        this.#options.counters.attachmentsOpened++;
        return this.#act({ type: "socket_opened" });
      case "check_silence": {
        const now = this.#context.system.clock.now();
        return this.#act({ type: "silence_checked", now });
      }
      case "closed":
        return this.#act({ type: "socket_closed" });
      case "overdue":
        return this.#act({ type: "close_overdue" });
      case "failed":
        this.#act({ type: "failed" });
        throw message.cause;
      default:
        message satisfies never;
    }
  }

  #act(event: AttachmentEvent): void {
    for (const command of transition(this.#state, event)) {
      // A frame did not fit, and has closed the socket.
      if (!this.#perform(command)) return;
    }
  }

  /** Returns false if the commands after this one are void. */
  #perform(command: AttachmentCommand): boolean {
    switch (command.type) {
      case "attach":
        void this.#attach();
        return true;
      case "send":
        return this.#send(command.frame) || !isOver(this.#state);
      case "acknowledge_input":
        return this.#acknowledgeInput() || !isOver(this.#state);
      case "claim_replies":
        this.#options.admission.session.replyOwner = this.#replyOwner;
        return true;
      case "receive":
        for (const data of command.messages) this.#received(data);
        return true;
      case "resize":
        this.#requests?.resize(command.size);
        return true;
      case "use_size":
        this.#requests?.useSize();
        return true;
      case "hide":
        this.#attachment?.setHidden(command.hidden);
        return true;
      case "signal":
        this.#requests?.signal(command.signal);
        return true;
      case "interrupt":
        this.#options.admission.ledger.interrupt(command.key);
        return true;
      case "finish":
        this.#act({ type: "finished", error: command.error });
        return true;
      case "close":
        this.#close(command);
        return true;
      case "detach":
        this.#attachment?.detach();
        return true;
      case "stop":
        this.#context.stop();
        return true;
      default:
        return command satisfies never;
    }
  }

  async #attach(): Promise<void> {
    const { session, role, offset, ledger, pass, clientId, name } =
      this.#options.admission;
    pass.ended.addEventListener("abort", this.#onAccessEnded, { once: true });
    if (pass.ended.aborted) return this.#onAccessEnded();
    // This closes the earlier socket of the viewer, whose place may be needed.
    ledger.start(this.#sink);
    let made: PtyAttachment;
    try {
      made = await session.pty.attach({
        viewer: { tell: (event) => this.#onSessionEvent(event) },
        role,
        signal: this.#context.signal,
        borrows: true,
        snapshots: true,
        id: clientId,
        name,
        ...(offset === undefined ? {} : { offset }),
      });
    } catch (error) {
      return this.#act({ type: "attach_failed", error });
    }
    this.#attachment = made;
    this.#owner = made.owner;
    this.#requests = new ViewerRequests(made, (text) => {
      this.#guard(() => this.#act({ type: "refused", text }));
    });
    this.#guard(() => {
      this.#act({
        type: "attached",
        offset: made.offset,
        size: made.size,
        owner: made.owner,
        serverId: this.#options.serverId,
        answeredTo: session.answeredTo,
        isAnswered: session.replyOwner !== undefined,
      });
    });
  }

  /** Releases everything, and closes the socket. */
  #close(command: Extract<AttachmentCommand, { type: "close" }>): void {
    const { socket, counters } = this.#options;
    const { session, ledger, pass } = this.#options.admission;
    const { error } = command;
    if (error?.code === ErrorCode.PROTOCOL) counters.protocolErrors++;
    ledger.end(this.#sink);
    this.#inputAck?.cancel();
    if (session.replyOwner === this.#replyOwner) {
      session.replyOwner = undefined;
    }
    pass.ended.removeEventListener("abort", this.#onAccessEnded);
    this.#attachment?.detach();
    closeSocket(socket, command);
    const { signal } = this.#context;
    if (!signal.aborted) this.#context.after(CLOSE_MS, { type: "overdue" });
  }

  /** Any failure ends this attachment and nothing else. */
  #guard(act: () => void): void {
    try {
      act();
    } catch (cause) {
      this.#failed(cause);
    }
  }

  #failed(cause: unknown): void {
    if (cause instanceof TerminalProtocolError) {
      return this.#act({ type: "protocol_broken", text: cause.message });
    }
    this.#context.self.tell({ type: "failed", cause });
  }

  #send(frame: ServerFrame): boolean {
    return this.#sendBytes(encodeServerFrame(frame));
  }

  #sendBytes(frame: Uint8Array<ArrayBuffer>): boolean {
    const { socket, maxBufferedBytes, counters } = this.#options;
    if (socket.readyState !== WebSocket.OPEN) return false;
    // Credit bounds the output; this bounds all other frames.
    if (socket.bufferedAmount > maxBufferedBytes) {
      counters.overflows++;
      this.#act({ type: "overflowed" });
      return false;
    }
    socket.send(frame);
    return true;
  }

  #acknowledgeInput(): boolean {
    this.#inputAck?.cancel();
    this.#inputAck = undefined;
    const { taken } = this.#options.admission.ledger;
    return this.#send({ type: "input_ack", sequence: taken });
  }

  // Events of the session.

  /** Called for each piece of output, so it makes no event and no command. */
  #onSessionEvent(event: PtyEvent): boolean {
    if (isOver(this.#state)) return false;
    try {
      return this.#pass(event);
    } catch (cause) {
      this.#failed(cause);
      return false;
    }
  }

  #pass(event: PtyEvent): boolean {
    const { counters } = this.#options;
    const { output } = this.#state;
    switch (event.type) {
      case "output":
        counters.outputBytes += event.bytes.length;
        output.sentTo = event.offset + event.bytes.length;
        return this.#sendBytes(encodeOutput(event.offset, event.bytes));
      case "gap":
        counters.skippedBytes += event.to - event.from;
        output.skip(event.from, event.to);
        return this.#send(event);
      case "snapshot": {
        const { offset, size, bytes } = event;
        counters.snapshots++;
        output.skip(output.sentTo, offset);
        return this.#send(sizeFrame(size, this.#owner)) &&
          this.#send({ type: "snapshot", offset, bytes });
      }
      case "size":
        this.#owner = event.owner;
        return this.#send(sizeFrame(event.size, event.owner));
      case "exit":
        this.#act({ type: "exited", exit: event.exit });
        return true;
      default:
        return event satisfies never;
    }
  }

  #inputTaken(bytes: number): void {
    const decision = inputTaken(this.#state, bytes);
    if (decision === "acknowledge") this.#acknowledgeInput();
    if (decision !== "schedule") return;
    this.#inputAck = this.#context.system.clock.schedule(
      INPUT_ACK_MS,
      () => this.#act({ type: "input_ack_due" }),
    );
  }

  // Frames of the viewer.

  #received(data: unknown): void {
    if (isOver(this.#state)) return;
    this.#state.isHeard = true;
    const attachment = this.#attachment;
    if (attachment === undefined || !(data instanceof ArrayBuffer)) {
      return this.#act({ type: "message_arrived", data });
    }
    try {
      this.#handle(decodeClientFrame(new Uint8Array(data)), attachment);
    } catch (cause) {
      this.#failed(cause);
    }
  }

  /** Called for each key and ACK, which make no event and no command. */
  #handle(frame: ClientFrame, attachment: PtyAttachment): void {
    switch (frame.type) {
      case "input":
        return this.#type(frame);
      case "ack": {
        const bytes = this.#state.output.acknowledge(frame.offset);
        if (bytes > 0) attachment.acknowledge(bytes);
        if (!this.#state.ownsReplies) return;
        const { session } = this.#options.admission;
        session.answeredTo = Math.max(session.answeredTo, frame.offset);
        return;
      }
      default:
        return this.#act({ type: "requested", frame });
    }
  }

  #type(frame: Extract<ClientFrame, { type: "input" }>): void {
    const { sequence, bytes } = frame;
    const { counters, admission: { session, ledger } } = this.#options;
    switch (acceptInput(this.#state)) {
      case "reject":
        return this.#act({ type: "requested", frame });
      case "claim": {
        const from = session.replyOwner?.handOver() ?? session.answeredTo;
        this.#act({ type: "replies_claimed", from });
        break;
      }
      case "type":
        break;
    }
    counters.inputBytes += bytes.length;
    if (ledger.offer(sequence, bytes) === "duplicate") {
      counters.duplicateBytes += bytes.length;
    }
  }
}
