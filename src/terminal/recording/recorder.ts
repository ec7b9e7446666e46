/**
 * Records a session to asciicast v3. It takes what a session tells its
 * viewers, and never holds one up: what the file cannot take in time is left
 * out, and the recording says so.
 *
 * @module
 */
import { constants } from "node:os";
import { type Clock, TroupeError } from "../../actor/mod.ts";
import { realClock } from "../../actor/internal.ts";
import type { PtyExit, PtySize } from "../../pty/mod.ts";
import {
  AsciicastEncoder,
  type AsciicastEvent,
  encodeHeader,
} from "./asciicast.ts";
import { headerOf, type RecorderOptions } from "./recorder_options.ts";

/** The recording could not be written; see `cause`. */
export class RecordingError extends TroupeError {}

/** What can be recorded; every `PtyEvent` is one. */
export type RecordedEvent =
  | { readonly type: "output" | "input"; readonly bytes: Uint8Array }
  /** Output that the session does not have any more, by offset. */
  | { readonly type: "gap"; readonly from: number; readonly to: number }
  | { readonly type: "size"; readonly size: PtySize }
  | { readonly type: "marker"; readonly label: string }
  /** Ends the recording. */
  | {
    readonly type: "exit";
    readonly exit: Pick<PtyExit, "code" | "signal">;
  };

/** What a recorder has left out. */
export interface RecorderDrops {
  /** Bytes of output and input. */
  readonly bytes: number;
  /** Events. */
  readonly events: number;
}

/** Bytes of one event: escaped and marked as wrong, six times as many. */
const PIECE_BYTES = 65_536;

/**
 * Writes a recording. Output is text there: a character that comes in parts
 * is put together, and bytes that are no UTF-8 become U+FFFD, as a terminal
 * would show them.
 *
 * @example
 * ```ts
 * import { AsciicastRecorder } from "@troupe/troupe/terminal";
 *
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const text = new Response(readable).text();
 * const size = { columns: 80, rows: 24 };
 * const recorder = new AsciicastRecorder(writable, { size });
 * recorder.record({ type: "output", bytes: new TextEncoder().encode("Hi") });
 * await recorder.close();
 * console.assert((await text).includes('"o", "Hi"'));
 * ```
 */
export class AsciicastRecorder implements AsyncDisposable {
  /** Resolves when all is written; rejects with `RecordingError`. */
  readonly closed: Promise<void>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #encoder = new AsciicastEncoder();
  readonly #maxWaitingBytes: number;
  readonly #texts: Record<"output" | "input", TextDecoder>;
  readonly #recordsInput: boolean;
  #waitingBytes = 0;
  #ended = false;
  #drops = { bytes: 0, events: 0 };
  /** What was left out since the last marker that said so. */
  #gap: { bytes: number; size: PtySize | undefined } | undefined;

  /** Begins a recording with its header. The stream is closed with it. */
  constructor(sink: WritableStream<Uint8Array>, options: RecorderOptions) {
    const { clock = realClock, maxWaitingBytes = 4_194_304 } = options;
    if (!(maxWaitingBytes > 0)) {
      throw new RangeError(
        `Cannot record: maxWaitingBytes is ${maxWaitingBytes}, not above 0`,
      );
    }
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#maxWaitingBytes = maxWaitingBytes;
    this.#recordsInput = options.input ?? false;
    this.#texts = { output: newDecoder(), input: newDecoder() };
    this.#writer = sink.getWriter();
    this.closed = this.#writer.closed.then(() => {}, (cause) => {
      this.#ended = true;
      throw new RecordingError("Cannot record: the writing has failed", {
        cause,
      });
    });
    // Nobody has to wait for it.
    this.closed.catch(() => {});
    const { signal } = options;
    const giveUp = () =>
      void this.#writer.abort(signal?.reason).catch(() => {});
    signal?.addEventListener("abort", giveUp);
    const forget = () => signal?.removeEventListener("abort", giveUp);
    this.closed.then(forget, forget);
    if (signal?.aborted) giveUp();
    this.#write(encodeHeader(headerOf(options)));
  }

  /** What was left out so far. */
  get drops(): RecorderDrops {
    return { ...this.#drops };
  }

  /** Records what happens now. After the end, it does nothing. */
  record(event: RecordedEvent): void {
    if (this.#ended) return;
    switch (event.type) {
      case "input":
        if (this.#recordsInput) this.#text(event.type, event.bytes);
        return;
      case "output":
        this.#text(event.type, event.bytes);
        return;
      case "gap":
        this.#marker(`${event.to - event.from} bytes of output are missing`);
        return;
      case "marker":
        this.#marker(event.label);
        return;
      case "size":
        if (this.#hasRoom()) this.#resize(event.size);
        else this.#drop(0, event.size);
        return;
      case "exit": {
        this.#flush();
        const { code, signal } = event.exit;
        const status = code ?? 128 + signalNumber(signal);
        this.#event({ type: "exit", atMs: this.#now(), status });
        this.close().catch(() => {});
        return;
      }
      default:
        event satisfies never;
    }
  }

  /**
   * Ends the recording; resolves when all is written.
   *
   * @throws {RecordingError} when it cannot be.
   */
  close(): Promise<void> {
    if (!this.#ended) {
      this.#flush();
      this.#ended = true;
      this.#writer.close().catch(() => {});
    }
    return this.closed;
  }

  /** Ends the recording, as {@linkcode close} does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #now(): number {
    return this.#clock.now() - this.#startedAt;
  }

  #text(type: "output" | "input", bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
      const piece = bytes.subarray(start, start + PIECE_BYTES);
      if (!this.#hasRoom()) {
        this.#drop(piece.length);
        continue;
      }
      const text = this.#texts[type].decode(piece, { stream: true });
      if (text !== "") this.#event({ type, atMs: this.#now(), text });
    }
  }

  #marker(text: string): void {
    if (!this.#hasRoom()) return this.#drop(0);
    this.#event({ type: "marker", atMs: this.#now(), text });
  }

  #resize({ columns: cols, rows }: PtySize): void {
    this.#event({ type: "resize", atMs: this.#now(), cols, rows });
  }

  /** Whether there is room; once there was none, until half of it is free. */
  #hasRoom(): boolean {
    if (this.#gap === undefined) {
      return this.#waitingBytes < this.#maxWaitingBytes;
    }
    if (this.#waitingBytes > this.#maxWaitingBytes / 2) return false;
    this.#endGap();
    return true;
  }

  #drop(bytes: number, size?: PtySize): void {
    // A character that has begun does not go on after the gap.
    if (this.#gap === undefined) this.#flushTexts();
    this.#gap ??= { bytes: 0, size: undefined };
    this.#gap.bytes += bytes;
    this.#gap.size = size ?? this.#gap.size;
    this.#drops.bytes += bytes;
    this.#drops.events++;
  }

  /** Says what was left out, and which size the terminal has since. */
  #endGap(): void {
    if (this.#gap === undefined) return;
    const { bytes, size } = this.#gap;
    this.#gap = undefined;
    const text = `${bytes} bytes were not recorded: the writing was too slow`;
    this.#event({ type: "marker", atMs: this.#now(), text });
    if (size !== undefined) this.#resize(size);
  }

  /** Whatever is to be said before the end, room or not. */
  #flush(): void {
    this.#flushTexts();
    this.#endGap();
  }

  #flushTexts(): void {
    for (const type of ["output", "input"] as const) {
      const text = this.#texts[type].decode();
      if (text !== "") this.#event({ type, atMs: this.#now(), text });
    }
  }

  #event(event: AsciicastEvent): void {
    this.#write(this.#encoder.encode(event));
  }

  #write(line: string): void {
    const bytes = new TextEncoder().encode(line);
    this.#waitingBytes += bytes.length;
    // If it fails, `closed` says so.
    this.#writer.write(bytes).then(
      () => void (this.#waitingBytes -= bytes.length),
      () => {},
    );
  }
}

function newDecoder(): TextDecoder {
  return new TextDecoder("utf-8", { ignoreBOM: true });
}

/** As a shell has it, which is the only number that a recording can hold. */
function signalNumber(signal: PtyExit["signal"]): number {
  const numbers = new Map<string, number>(Object.entries(constants.signals));
  return numbers.get(signal ?? "") ?? 0;
}
