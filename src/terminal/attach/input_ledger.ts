/**
 * The input of one viewer over all its sockets: each piece is typed once.
 *
 * @module
 */
import { INPUT_WINDOW_BYTES, TerminalProtocolError } from "./protocol.ts";

/** Where the input of a viewer goes, while a socket carries it. */
export interface InputSink {
  /** Types; resolves when the terminal has taken everything. */
  write(bytes: Uint8Array): Promise<void>;
  /** A piece of so many bytes was taken: `taken` of the ledger has grown. */
  taken(bytes: number): void;
  /** A write failed: nothing of it counts as taken. */
  failed(error: unknown): void;
  /** Another socket carries the input from now on. */
  replaced(): void;
}

/** One piece of input. */
interface Piece {
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

/** What became of a piece. */
export type Offered = "new" | "duplicate";

/**
 * Types pieces one after another, so that it is always known which was the
 * last. A socket that dies leaves at most one behind, and the viewer is told
 * of that over the next one; those that wait, it sends again.
 */
export class InputLedger {
  /** The last piece that the terminal has taken. */
  taken = 0;
  /** The last piece that will not be asked for again. */
  #received = 0;
  #writing: number | undefined;
  #waiting: Piece[] = [];
  #waitingBytes = 0;
  #sink: InputSink | undefined;

  /** Whether a socket carries it. */
  get active(): boolean {
    return this.#sink !== undefined;
  }

  /** Another socket carries it from now on. */
  begin(sink: InputSink): void {
    const last = this.#sink;
    this.#sink = sink;
    this.#forget();
    last?.replaced();
  }

  /** The socket is gone; nothing happens if another one has come already. */
  end(sink: InputSink): void {
    if (this.#sink !== sink) return;
    this.#sink = undefined;
    this.#forget();
  }

  /**
   * Takes the next piece; one that came before is dropped. The bytes are kept
   * until they are typed.
   *
   * @throws {TerminalProtocolError} when one is missing in between, or more
   * comes than may without an acknowledgement.
   */
  offer(sequence: number, bytes: Uint8Array): Offered {
    if (sequence <= this.#received) return "duplicate";
    if (sequence > this.#received + 1) {
      throw new TerminalProtocolError(
        `Cannot take input ${sequence}: input ${this.#received + 1} is next`,
      );
    }
    if (this.#waitingBytes + bytes.length > INPUT_WINDOW_BYTES) {
      throw new TerminalProtocolError(
        `Cannot take input ${sequence}: ${this.#waitingBytes} bytes wait, ${INPUT_WINDOW_BYTES} may`,
      );
    }
    this.#received = sequence;
    this.#waitingBytes += bytes.length;
    this.#waiting.push({ sequence, bytes });
    this.#pump();
    return "new";
  }

  #forget(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#received = this.#writing ?? this.taken;
  }

  #pump(): void {
    if (this.#writing !== undefined || this.#sink === undefined) return;
    const piece = this.#waiting.shift();
    if (piece === undefined) return;
    const { sequence, bytes } = piece;
    this.#writing = sequence;
    const waiting = this.#waiting;
    const count = (): void => {
      this.#writing = undefined;
      // Unless another socket has come meanwhile, and counts for itself.
      if (waiting === this.#waiting) this.#waitingBytes -= bytes.length;
    };
    this.#sink.write(bytes).then(() => {
      count();
      this.taken = sequence;
      this.#sink?.taken(bytes.length);
      this.#pump();
    }, (error) => {
      count();
      this.#forget();
      this.#sink?.failed(error);
    });
  }
}
