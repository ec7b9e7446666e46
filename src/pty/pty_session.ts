/**
 * The handles that users hold: a session, and an attachment to it.
 *
 * @module
 */
import { checkRef } from "../actor/internal.ts";
import type { ActorRef, ReplyTo } from "../actor/mod.ts";
import {
  checkBytes,
  checkInteger,
  checkNumber,
  checkString,
} from "../checks/internal.ts";
import { checkAttachOptions, checkSizeObject } from "./arguments.ts";
import type {
  PtyAttached,
  PtyEvent,
  PtyInterrupted,
  PtyRefusal,
  PtyReply,
  PtyRole,
  PtySessionMessage,
  PtySnapshot,
  PtyViewer,
} from "./protocol.ts";
import { type PtyExit, type SignalName, UNKNOWN_EXIT } from "./pty.ts";
import type { PtySize } from "./size.ts";

/** The byte that Ctrl-C types. */
const INTERRUPT = 3;

/** Options of {@linkcode PtySession.attach}. */
export interface AttachOptions {
  /**
   * Whether the viewer may type, resize and send signals, or only watch.
   * @default {"control"}
   */
  readonly role?: PtyRole;
  /**
   * Offset of the first byte to send, such as where the viewer stopped before.
   * @default {offset of the oldest byte that is kept}
   */
  readonly offset?: number;
  /**
   * Whether this is not a viewer but a recorder or the like: it receives all
   * output at once and acknowledges nothing, so it must bound what it buffers.
   * A session without any other viewer ends after `graceMs`.
   * @default {false}
   */
  readonly tap?: boolean;
  /** Receives the events, from the turn of the event loop after the attach. */
  readonly viewer: PtyViewer;
  /**
   * Whether the viewer is done with the bytes of an event when its `tell`
   * returns, so that they need not be copied.
   * @default {false}
   */
  readonly borrows?: boolean;
  /**
   * Ends the attachment when it aborts, such as an actor's `context.signal`.
   */
  readonly signal?: AbortSignal;
}

/** The requests that the owner and the controllers of a session may make. */
export abstract class PtyControls {
  /** Reference of the session's actor. */
  protected readonly ref: ActorRef<PtySessionMessage>;
  readonly #viewer: { readonly viewer?: PtyViewer };

  /** Makes requests for a viewer, or for the owner if there is none. */
  constructor(ref: ActorRef<PtySessionMessage>, viewer?: PtyViewer) {
    this.ref = ref;
    this.#viewer = viewer === undefined ? {} : { viewer };
  }

  /**
   * Writes input to the program. Resolves when the terminal has taken all of
   * it, which is the backpressure; until then the bytes must not change. Writes
   * keep their order. A write of one byte that the terminal makes a signal, such
   * as Ctrl-C, overtakes the writes that wait, and drops them.
   *
   * @throws {TypeError} if the input is not bytes.
   * @throws {PtyReadOnlyError} if the viewer may only watch.
   * @throws {PtyAttachmentError} if the viewer is not attached any longer.
   * @throws {PtyInputFullError} if too much input waits for the program.
   * @throws {PtyInterruptedError} if an interrupt dropped a part of it.
   * @throws {PtyEndedError} if the program has ended, or ends before it took
   * all.
   * @throws {ActorStoppedError} if the session has ended.
   */
  async write(bytes: Uint8Array): Promise<void> {
    checkBytes("bytes", bytes);
    return await this.#ask((replyTo) => ({
      type: "input",
      ...this.#viewer,
      bytes,
      replyTo,
    }));
  }

  /**
   * Types a key that interrupts, such as Ctrl-C, if the terminal makes it a
   * signal as it is set now: then the input that waits is dropped, in the kernel
   * too, so that a program that does not read gets the signal. Resolves with the
   * number of bytes that had waited for the terminal; with `undefined` if the
   * key is no signal there, and nothing was typed.
   *
   * @param key Byte that the key types: 3, which is Ctrl-C, by default.
   * @throws {TypeError} if the key is not a number.
   * @throws {RangeError} if the key is not a byte.
   * @throws {PtyReadOnlyError} if the viewer may only watch.
   * @throws {PtyAttachmentError} if the viewer is not attached any longer.
   * @throws {PtyEndedError} if the program has ended.
   * @throws {ActorStoppedError} if the session has ended.
   */
  async interrupt(key: number = INTERRUPT): Promise<number | undefined> {
    checkInteger("key", key, { min: 0, max: 255 });
    const reply = await this.ref.ask<PtyInterrupted | PtyRefusal>(
      (replyTo) => ({ type: "interrupt", ...this.#viewer, key, replyTo }),
    );
    if (reply.type === "refused") throw reply.error;
    return reply.droppedBytes;
  }

  /**
   * Sets the size of the terminal. The last size that was set counts; when the
   * viewer who set it leaves, the last one that a remaining viewer set.
   *
   * @throws {TypeError} if the size is not an object.
   * @throws {PtyReadOnlyError} if the viewer may only watch.
   * @throws {PtyAttachmentError} if the viewer is not attached any longer.
   * @throws {PtySizeError} if no terminal can have that size.
   * @throws {PtyEndedError} if the program has ended.
   * @throws {ActorStoppedError} if the session has ended.
   */
  async resize(size: PtySize): Promise<void> {
    checkSizeObject(size);
    return await this.#ask((replyTo) => ({
      type: "resize",
      ...this.#viewer,
      size,
      replyTo,
    }));
  }

  /**
   * Sends a signal to the process group in the foreground, as a key would: so
   * `SIGINT`, `SIGQUIT` and `SIGTSTP` drop the input that waits.
   *
   * @throws {TypeError} if the signal is not a string.
   * @throws {PtyReadOnlyError} if the viewer may only watch.
   * @throws {PtyAttachmentError} if the viewer is not attached any longer.
   * @throws {PtySignalError} if there is no such signal, or it may not be sent.
   * @throws {PtyEndedError} if the program has ended.
   * @throws {ActorStoppedError} if the session has ended.
   */
  async signal(signal: SignalName): Promise<void> {
    checkString("signal", signal);
    return await this.#ask((replyTo) => ({
      type: "signal",
      ...this.#viewer,
      signal,
      replyTo,
    }));
  }

  async #ask(
    request: (replyTo: ReplyTo<PtyReply>) => PtySessionMessage,
  ): Promise<void> {
    // A program may take any time to read its input.
    const reply = await this.ref.ask(request, { timeoutMs: Infinity });
    if (reply.type === "refused") throw reply.error;
  }
}

/**
 * Types into an attachment as its `write` does, but without a promise: calls
 * `done` once, before it returns if the terminal has taken all by then.
 */
export let typeInto: (
  attachment: PtyAttachment,
  bytes: Uint8Array,
  done: (error?: unknown) => void,
) => void;

/** The attachment of one viewer to a session; it ends with the session. */
export class PtyAttachment extends PtyControls implements AsyncDisposable {
  readonly #viewer: PtyViewer;
  /** Offset of the first byte that was requested; a gap may come first. */
  readonly offset: number;
  /** Offset after the last byte of output at the time of the attach. */
  readonly end: number;
  /** Size of the terminal at the time of the attach. */
  readonly size: PtySize;
  /** Aborts when the attachment has ended, however it ended. */
  readonly ended: AbortSignal;
  readonly #input: PtyAttached["input"];
  readonly #detach: () => void;

  static {
    typeInto = (attachment, bytes, done) => {
      if (!attachment.ended.aborted) return attachment.#input(bytes, done);
      attachment.write(bytes).then(() => done(), done);
    };
  }

  /** Created by `PtySession.attach`, not by users. */
  constructor(
    ref: ActorRef<PtySessionMessage>,
    viewer: PtyViewer,
    { offset, end, size, input }: PtyAttached,
    ended: AbortSignal,
    detach: () => void,
  ) {
    super(ref, viewer);
    this.#viewer = viewer;
    this.offset = offset;
    this.end = end;
    this.size = size;
    this.ended = ended;
    this.#input = input;
    this.#detach = detach;
  }

  /** Writes input to the program, as for the owner of a session. */
  override async write(bytes: Uint8Array): Promise<void> {
    // The end is reported in the order of the mailbox.
    if (this.ended.aborted) return await super.write(bytes);
    checkBytes("bytes", bytes);
    return await new Promise((resolve, reject) => {
      this.#input(bytes, (error) => error ? reject(error) : resolve());
    });
  }

  /**
   * Gives credit back: the viewer has processed that many more bytes. When no
   * controller has credit left, the program waits; a read-only viewer without
   * credit receives a gap later.
   *
   * @throws {TypeError} if the argument is not a number.
   * @throws {RangeError} if it is negative or `NaN`.
   */
  acknowledge(bytes: number): void {
    // Called for each piece of output, so the check is cheap.
    if (!(typeof bytes === "number" && bytes >= 0)) {
      checkNumber("bytes", bytes, { min: 0 });
    }
    this.ref.tell({ type: "acknowledge", viewer: this.#viewer, bytes });
  }

  /** Ends the attachment; the session lives on. Safe to call twice. */
  detach(): void {
    this.#detach();
  }

  /** Ends the attachment; for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#detach());
  }
}

/** The owner's handle of a session: it may type, resize and send signals. */
export class PtySession extends PtyControls {
  /** The id of the session, unique among those of its supervisor. */
  readonly id: string;

  /**
   * Resolves when the program has ended and its output is complete, to how it
   * ended; never rejects. The session may stay for `keepEndedMs` after that.
   */
  readonly exited: Promise<PtyExit>;

  /**
   * Created by `spawnPty`, `listPtys` and `findPty`, not by users.
   *
   * @throws {TypeError} if `ref` is not a reference to an actor.
   */
  constructor(
    id: string,
    ref: ActorRef<PtySessionMessage>,
    exited?: Promise<PtyExit>,
  ) {
    checkRef("ref", ref);
    super(ref);
    this.id = id;
    const gone = ref.stopped.then(() => UNKNOWN_EXIT);
    this.exited = exited === undefined ? gone : Promise.race([exited, gone]);
  }

  /** Resolves when the session is over; never rejects. */
  get ended(): Promise<void> {
    return this.ref.stopped.then(() => {});
  }

  /**
   * Attaches a viewer, which receives output from an offset on. Rejects with
   * the signal's reason when that aborts.
   *
   * @throws {TypeError} if an option is not known or of the wrong type.
   * @throws {PtyOffsetError} if the output has not reached the offset.
   * @throws {PtyAttachmentError} if there are too many viewers.
   * @throws {ActorStoppedError} if the session has ended.
   */
  async attach(options: AttachOptions): Promise<PtyAttachment> {
    checkAttachOptions(options);
    const { ref } = this;
    const { role = "control", offset, viewer: receiver, signal } = options;
    const { borrows = false, tap = false } = options;
    const over = new AbortController();
    const end = (): void => {
      signal?.removeEventListener("abort", detach);
      over.abort();
    };
    // Each attachment has its own viewer, which notices the end.
    const viewer: PtyViewer = {
      tell(event: PtyEvent): boolean {
        const taken = !over.signal.aborted && receiver.tell(event);
        if (!taken || event.type === "exit") end();
        return taken;
      },
    };
    const detach = (): void => {
      if (over.signal.aborted) return;
      end();
      ref.tell({ type: "detach", viewer });
    };
    signal?.throwIfAborted();
    signal?.addEventListener("abort", detach, { once: true });
    try {
      const reply = await ref.ask<PtyAttached | PtyRefusal>((replyTo) => ({
        type: "attach",
        viewer,
        role,
        offset,
        borrows,
        tap,
        replyTo,
      }));
      if (reply.type === "refused") throw reply.error;
      signal?.throwIfAborted();
      ref.stopped.then(end);
      return new PtyAttachment(ref, viewer, reply, over.signal, detach);
    } catch (error) {
      detach();
      throw error;
    }
  }

  /**
   * Returns the state of the session now.
   *
   * @throws {ActorStoppedError} if the session has ended.
   */
  inspect(): Promise<PtySnapshot> {
    return this.ref.ask<PtySnapshot>((replyTo) => ({
      type: "inspect",
      replyTo,
    }));
  }

  /**
   * Ends the session: all processes in the program's group and in the
   * foreground get `SIGHUP`, then `SIGTERM`, then `SIGKILL`. Resolves when none
   * is left.
   */
  close(): Promise<void> {
    this.ref.tell({ type: "close" });
    return this.ended;
  }
}
