/**
 * What a user holds of a session, and of an attachment to it.
 *
 * @module
 */
import type { ActorRef, ReplyTo } from "../actor/mod.ts";
import type {
  PtyAttached,
  PtyEvent,
  PtyRefusal,
  PtyReply,
  PtyRole,
  PtySessionMessage,
  PtySnapshot,
  PtyViewer,
} from "./protocol.ts";
import type { SignalName } from "./pty.ts";
import type { PtySize } from "./size.ts";

/** How a viewer is attached. */
export interface AttachOptions {
  /**
   * Whether it may type, resize and send signals, or only look on.
   * @default {"control"}
   */
  readonly role?: PtyRole;
  /**
   * Offset of the first byte that it wants: where it stopped.
   * @default {the oldest byte that is kept}
   */
  readonly offset?: number;
  /**
   * Whether it is no viewer, but a recording or the like: it is told all
   * output as it comes and acknowledges nothing, so what waits for it must be
   * bounded by itself. A session that nobody else watches ends after `graceMs`.
   * @default {false}
   */
  readonly tap?: boolean;
  /** Is told the events, from a turn of the event loop after the attach on. */
  readonly viewer: PtyViewer;
  /**
   * Whether the viewer is done with the bytes of an event when its `tell`
   * returns: then they need not be copied for it.
   * @default {false}
   */
  readonly borrows?: boolean;
  /** Ends the attachment, such as an actor's `context.signal`. */
  readonly signal?: AbortSignal;
}

/** What may be asked of a session by its owner, and by who controls it. */
export abstract class PtyControls {
  /** The session. */
  protected readonly ref: ActorRef<PtySessionMessage>;
  readonly #viewer: { readonly viewer?: PtyViewer };

  /** Asks for a viewer, or without one for the owner. */
  constructor(ref: ActorRef<PtySessionMessage>, viewer?: PtyViewer) {
    this.ref = ref;
    this.#viewer = viewer === undefined ? {} : { viewer };
  }

  /**
   * Types. Resolves when the terminal has taken everything, which is the
   * backpressure; until then the bytes are in use. Writes keep their order.
   *
   * Rejects with `PtyReadOnlyError`, `PtyInputFullError`, `PtyEndedError`,
   * or as an ask does when the session is gone.
   */
  write(bytes: Uint8Array): Promise<void> {
    return this.#ask((replyTo) => ({
      type: "input",
      ...this.#viewer,
      bytes,
      replyTo,
    }));
  }

  /**
   * Sets the size of the terminal. The last one that was set counts; when the
   * viewer who set it leaves, the last one of those who are still there.
   *
   * Rejects with `PtyReadOnlyError`, `PtySizeError` or `PtyEndedError`.
   */
  resize(size: PtySize): Promise<void> {
    return this.#ask((replyTo) => ({
      type: "resize",
      ...this.#viewer,
      size,
      replyTo,
    }));
  }

  /**
   * Sends a signal to the process group in the foreground, as a key would.
   *
   * Rejects with `PtyReadOnlyError`, `PtySignalError` or `PtyEndedError`.
   */
  signal(signal: SignalName): Promise<void> {
    return this.#ask((replyTo) => ({
      type: "signal",
      ...this.#viewer,
      signal,
      replyTo,
    }));
  }

  async #ask(
    request: (replyTo: ReplyTo<PtyReply>) => PtySessionMessage,
  ): Promise<void> {
    // A program may take as long to read as it likes.
    const reply = await this.ref.ask(request, { timeoutMs: Infinity });
    if (reply.type === "refused") throw reply.error;
  }
}

/** The hold of one viewer on a session; ends by itself when that ends. */
export class PtyAttachment extends PtyControls implements AsyncDisposable {
  readonly #viewer: PtyViewer;
  /** Offset of the first byte that was asked for; a gap may come first. */
  readonly offset: number;
  /** Offset after the last byte of output, when it was attached. */
  readonly end: number;
  /** The size of the terminal, when it was attached. */
  readonly size: PtySize;
  /** Aborts when the attachment is over, however. */
  readonly ended: AbortSignal;
  readonly #detach: () => void;

  /** Made by `PtySession.attach`. */
  constructor(
    ref: ActorRef<PtySessionMessage>,
    viewer: PtyViewer,
    { offset, end, size }: PtyAttached,
    ended: AbortSignal,
    detach: () => void,
  ) {
    super(ref, viewer);
    this.#viewer = viewer;
    this.offset = offset;
    this.end = end;
    this.size = size;
    this.ended = ended;
    this.#detach = detach;
  }

  /**
   * Gives credit back: the viewer has dealt with so many bytes more. When no
   * controller has any left, the program waits; who only looks on and has
   * none is told a gap later.
   */
  acknowledge(bytes: number): void {
    this.ref.tell({ type: "acknowledge", viewer: this.#viewer, bytes });
  }

  /** Ends the attachment; the session goes on. Safe to call twice. */
  detach(): void {
    this.#detach();
  }

  /** Ends the attachment; for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#detach());
  }
}

/** A session, as its owner has it: it may type, resize and send signals. */
export class PtySession extends PtyControls {
  /** The name that it has among the sessions of its supervisor. */
  readonly id: string;

  /** Made by `spawnPty` and its like. */
  constructor(id: string, ref: ActorRef<PtySessionMessage>) {
    super(ref);
    this.id = id;
  }

  /** Resolves when the session is over; never rejects. */
  get ended(): Promise<void> {
    return this.ref.stopped.then(() => {});
  }

  /**
   * Attaches a viewer. Rejects with `PtyOffsetError` when the offset is not
   * of this session's output, `PtyAttachmentError` when there are too many
   * viewers, the signal's reason, or as an ask does when the session is gone.
   */
  async attach(options: AttachOptions): Promise<PtyAttachment> {
    const { ref } = this;
    const { role = "control", offset, viewer: told, signal } = options;
    const { borrows = false, tap = false } = options;
    const over = new AbortController();
    const end = (): void => {
      signal?.removeEventListener("abort", detach);
      over.abort();
    };
    // A viewer of its own for each attachment, which hears of its end.
    const viewer: PtyViewer = {
      tell(event: PtyEvent): boolean {
        const taken = !over.signal.aborted && told.tell(event);
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

  /** The session as it is now; rejects as an ask does when it is gone. */
  inspect(): Promise<PtySnapshot> {
    return this.ref.ask<PtySnapshot>((replyTo) => ({
      type: "inspect",
      replyTo,
    }));
  }

  /**
   * Ends the program with `SIGHUP`, `SIGTERM` and `SIGKILL`, and all in its
   * process group and that in the foreground. Resolves when nobody is left.
   */
  close(): Promise<void> {
    this.ref.tell({ type: "close" });
    return this.ended;
  }
}
