/**
 * The input of one viewer over all its sockets: every piece is typed once.
 *
 * @module
 */
import { PtyInterruptedError } from "../../pty/mod.ts";
import { INPUT_WINDOW_BYTES, TerminalProtocolError } from "./protocol.ts";

/** The receiver of a viewer's input: the socket that carries it now. */
export interface InputSink {
  /**
   * Types bytes. Never throws; calls `done` once, when the terminal has taken
   * all of them, which may be before this returns, or with why it will not.
   */
  write(bytes: Uint8Array, done: (error?: unknown) => void): void;
  /**
   * Types a key ahead of the input that waits, if the terminal makes it a
   * signal; resolves with whether it does.
   */
  interrupt(key: number): Promise<boolean>;
  /** Called when a piece of so many bytes was taken, and `taken` has grown. */
  taken(bytes: number): void;
  /** Called when so many bytes were dropped, and `taken` has grown. */
  dropped(bytes: number): void;
  /** Called when a write has failed: nothing of it counts as taken. */
  failed(error: unknown): void;
  /** Called when another socket carries the input from now on. */
  replaced(): void;
}

/** One piece of input. */
interface Piece {
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

/** A key that may drop the pieces before it. */
interface Interrupt {
  readonly key: number;
  /** Sequence of the last piece before it, which may be the key itself. */
  readonly last: number;
}

/** Whether a piece is new, or arrived before over another socket. */
export type OfferResult = "new" | "duplicate";

/**
 * Types pieces one after another, so that the last one is always known. At most
 * one piece is being typed when a socket is lost, and the next socket reports
 * it to the viewer, who sends those again that waited.
 */
export class InputLedger {
  /** Sequence of the last piece that the terminal has taken. */
  taken = 0;
  /** Sequence of the last piece that the viewer need not send again. */
  #received = 0;
  /** Sequence of the piece that is being typed, its bytes and its queue. */
  #writing: number | undefined;
  #writingBytes = 0;
  #writingOf: Piece[] | undefined;
  /** Whether a loop takes care of the pieces that wait. */
  #isPumping = false;
  /** An interrupt whose outcome is not known yet. */
  #interrupt: Interrupt | undefined;
  #waiting: Piece[] = [];
  #waitingBytes = 0;
  #sink: InputSink | undefined;

  /** Whether a socket carries the input. */
  get active(): boolean {
    return this.#sink !== undefined;
  }

  /** Makes a socket the one that carries the input; replaces the last one. */
  start(sink: InputSink): void {
    const last = this.#sink;
    this.#sink = sink;
    this.#forget();
    last?.replaced();
  }

  /** Releases a socket; does nothing if another one has replaced it. */
  end(sink: InputSink): void {
    if (this.#sink !== sink) return;
    this.#sink = undefined;
    this.#forget();
  }

  /**
   * Takes the next piece, or drops one that arrived before. The bytes are kept
   * until they are typed.
   *
   * @throws {TerminalProtocolError} if a piece is missing before it, or if more
   * bytes wait than may be sent without an acknowledgement.
   */
  offer(sequence: number, bytes: Uint8Array): OfferResult {
    if (sequence <= this.#received) return "duplicate";
    if (sequence > this.#received + 1) {
      throw new TerminalProtocolError(
        `Cannot take input ${sequence}: the next one is input ${
          this.#received + 1
        }`,
      );
    }
    if (this.#waitingBytes + bytes.length > INPUT_WINDOW_BYTES) {
      throw new TerminalProtocolError(
        `Cannot take input ${sequence}: ${this.#waitingBytes} bytes wait already, at most ${INPUT_WINDOW_BYTES} may`,
      );
    }
    this.#received = sequence;
    this.#waitingBytes += bytes.length;
    // A key seldom has to wait.
    if (this.#waiting.length === 0 && this.#isReady) {
      this.#write(sequence, bytes);
    } else {
      this.#waiting.push({ sequence, bytes });
      this.#pump();
    }
    return "new";
  }

  /**
   * Types a key that overtakes the pieces that wait, if it is a signal: they are
   * dropped then. If none waits, the key was typed as a piece, and does nothing
   * here. Nothing is typed before that is known.
   */
  interrupt(key: number): void {
    const sink = this.#sink;
    if (sink === undefined || this.#waiting.length === 0) return;
    if (this.#interrupt !== undefined) return;
    const interrupt = { key, last: this.#received };
    this.#interrupt = interrupt;
    const settle = (isSignal: boolean): void => {
      // Another socket may have replaced it meanwhile, with its own pieces.
      if (this.#interrupt !== interrupt) return;
      this.#interrupt = undefined;
      const next = this.#waiting[0];
      if (isSignal && next !== undefined && next.sequence <= interrupt.last) {
        this.#drop(interrupt, 0);
      }
      this.#pump();
    };
    sink.interrupt(key).then(settle, () => settle(false));
  }

  /** Drops the pieces before an interrupt, beside so many bytes of one more. */
  #drop({ key, last }: Partial<Interrupt>, bytes: number): void {
    let dropped = bytes;
    for (
      let piece = this.#waiting[0];
      piece !== undefined && piece.sequence <= (last ?? Infinity);
      piece = this.#waiting[0]
    ) {
      const { sequence, bytes: { length, 0: first } } = piece;
      this.#waiting.shift();
      this.#waitingBytes -= length;
      this.taken = sequence;
      const isKey = sequence === last && length === 1 && first === key;
      if (!isKey) dropped += length;
    }
    this.#sink?.dropped(dropped);
  }

  #forget(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#interrupt = undefined;
    this.#received = this.#writing ?? this.taken;
  }

  /** Whether a piece can be typed now. */
  get #isReady(): boolean {
    return this.#writing === undefined && this.#sink !== undefined &&
      this.#interrupt === undefined;
  }

  /** Types what waits, until a piece is not taken at once. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (this.#isReady) {
      const piece = this.#waiting.shift();
      if (piece === undefined) break;
      this.#write(piece.sequence, piece.bytes);
    }
    this.#isPumping = false;
  }

  #write(sequence: number, bytes: Uint8Array): void {
    this.#writing = sequence;
    this.#writingBytes = bytes.length;
    this.#writingOf = this.#waiting;
    this.#sink?.write(bytes, this.#done);
  }

  readonly #done = (error?: unknown): void => {
    if (error === undefined) this.#typed();
    // What interrupted it first types its own key.
    else queueMicrotask(() => this.#notTyped(error));
  };

  /** The piece is not being typed any more; returns its sequence. */
  #count(): number {
    const sequence = this.#writing ?? this.taken;
    this.#writing = undefined;
    // Another socket may have replaced it meanwhile, with its own count.
    if (this.#writingOf === this.#waiting) {
      this.#waitingBytes -= this.#writingBytes;
    }
    return sequence;
  }

  #typed(): void {
    this.taken = this.#count();
    this.#sink?.taken(this.#writingBytes);
    this.#pump();
  }

  #notTyped(error: unknown): void {
    const sequence = this.#count();
    if (error instanceof PtyInterruptedError) {
      this.taken = sequence;
      // Whoever interrupted, the rest of this paste is not wanted either.
      this.#drop(this.#interrupt ?? {}, error.droppedBytes);
      return this.#pump();
    }
    this.#forget();
    this.#sink?.failed(error);
  }
}
