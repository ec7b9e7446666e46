/**
 * The handles that users hold: a session, and an attachment to it.
 *
 * @module
 */
import { checkRef } from "../actor/internal.ts";
import type { ActorRef } from "../actor/mod.ts";
import { checkBytes, checkNumber } from "../checks/internal.ts";
import { checkAttachOptions, checkSizeObject } from "./arguments.ts";
import type {
  PtyAttached,
  PtyEvent,
  PtyRefusal,
  PtyRole,
  PtySessionMessage,
  PtySnapshot,
  PtyViewer,
  PtyViewerName,
} from "./protocol.ts";
import { type PtyExit, UNKNOWN_EXIT } from "./pty.ts";
import { PtyControls } from "./pty_controls.ts";
import type { PtySize } from "./size.ts";

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
   * Whether a snapshot is sent instead of a gap, and instead of output that is
   * kept but not from its start: sessions of `serveTerminal` make them.
   * @default {false}
   */
  readonly snapshots?: boolean;
  /**
   * Id of the viewer for the others, in `size` events.
   * @default {""}
   */
  readonly id?: string;
  /**
   * Name of the viewer for people.
   * @default {""}
   */
  readonly name?: string;
  /**
   * Ends the attachment when it aborts, such as an actor's `context.signal`.
   */
  readonly signal?: AbortSignal;
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
  /** Size of the terminal for the first output. */
  readonly size: PtySize;
  /** The viewer whose size it was at the time of the attach. */
  readonly owner: PtyViewerName | undefined;
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
    { offset, end, size, owner, input }: PtyAttached,
    ended: AbortSignal,
    detach: () => void,
  ) {
    super(ref, viewer);
    this.#viewer = viewer;
    this.offset = offset;
    this.end = end;
    this.size = size;
    this.owner = owner;
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

  /**
   * Names the size that fits the viewer. The session gets it when the viewer
   * types or claims it, and at once if it is the viewer's already or nobody's.
   *
   * @throws {TypeError} if the size is not an object.
   * @throws {PtyReadOnlyError} if the viewer may only watch.
   * @throws {PtyAttachmentError} if the viewer is not attached any longer.
   * @throws {PtySizeError} if no terminal can have that size.
   * @throws {PtyEndedError} if the program has ended.
   * @throws {ActorStoppedError} if the session has ended.
   */
  async proposeSize(size: PtySize): Promise<void> {
    checkSizeObject(size);
    const viewer = this.#viewer;
    await this.request((replyTo) => ({
      type: "propose_size",
      viewer,
      size,
      replyTo,
    }));
  }

  /**
   * Makes the size that the viewer named last that of the session, as typing
   * does. Without one, nothing happens.
   *
   * @throws {PtyReadOnlyError} if the viewer may only watch.
   * @throws {PtyAttachmentError} if the viewer is not attached any longer.
   * @throws {PtyEndedError} if the program has ended.
   * @throws {ActorStoppedError} if the session has ended.
   */
  async claimSize(): Promise<void> {
    const viewer = this.#viewer;
    await this.request((replyTo) => ({ type: "claim_size", viewer, replyTo }));
  }

  /**
   * Says whether anybody can see the viewer, which is shown at first. While it
   * is hidden, it holds up no program, whatever it acknowledges, and may miss
   * output.
   *
   * @throws {TypeError} if the argument is not a boolean.
   */
  setHidden(hidden: boolean): void {
    if (typeof hidden !== "boolean") {
      throw new TypeError(
        `Cannot use hidden: it is a ${typeof hidden}, it must be true or false`,
      );
    }
    this.ref.tell({ type: "hide", viewer: this.#viewer, hidden });
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
    const { borrows = false, tap = false, snapshots = false } = options;
    const { id = "", name = "" } = options;
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
        snapshots,
        name: { id, name },
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
