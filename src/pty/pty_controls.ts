/**
 * The requests to a session that its owner and its controllers share.
 *
 * @module
 */
import type { ActorRef, ReplyTo } from "../actor/mod.ts";
import { checkBytes, checkInteger, checkString } from "../checks/internal.ts";
import { checkSizeObject } from "./arguments.ts";
import type {
  PtyInterrupted,
  PtyRefusal,
  PtyReply,
  PtySessionMessage,
  PtyViewer,
} from "./protocol.ts";
import type { SignalName } from "./pty.ts";
import type { PtySize } from "./size.ts";

/** The byte that Ctrl-C types. */
const INTERRUPT = 3;

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
    return await this.request((replyTo) => ({
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
   * Sets the size of the terminal, which is the viewer's from then on, until
   * another viewer sets it, types or claims it; when the viewer leaves, that of
   * whoever had it before counts again.
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
    return await this.request((replyTo) => ({
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
    return await this.request((replyTo) => ({
      type: "signal",
      ...this.#viewer,
      signal,
      replyTo,
    }));
  }

  /** Makes a request, and throws if it is refused. */
  protected async request(
    request: (replyTo: ReplyTo<PtyReply>) => PtySessionMessage,
  ): Promise<void> {
    // A program may take any time to read its input.
    const reply = await this.ref.ask(request, { timeoutMs: Infinity });
    if (reply.type === "refused") throw reply.error;
  }
}
