/**
 * Records a session to asciicast. It takes the events of a session, and never
 * delays it: what the file cannot take in time is omitted and marked.
 *
 * @module
 */
import { constants } from "node:os";
import { type Clock, realClock, TroupeError } from "../../actor/mod.ts";
import { checkNumber } from "../../checks/internal.ts";
import type { PtyExit, PtySize } from "../../pty/mod.ts";
import type { AsciicastEvent } from "./asciicast.ts";
import { AsciicastEncoder } from "./asciicast_encoder.ts";
import { encodeHeader } from "./asciicast_header.ts";
import { checkRecorderOptions, checkSink } from "./arguments.ts";
import { headerOf, type RecorderOptions } from "./recorder_options.ts";

/** Thrown for a recording that cannot be opened or written; see `cause`. */
export class RecordingError extends TroupeError {}

/** An event that can be recorded; every `PtyEvent` is one. */
export type RecordedEvent =
  | { readonly type: "output" | "input"; readonly bytes: Uint8Array }
  /** Output that the session no longer keeps, by offset. */
  | { readonly type: "gap"; readonly from: number; readonly to: number }
  | { readonly type: "size"; readonly size: PtySize }
  | { readonly type: "marker"; readonly label: string }
  /** The exit, which ends the recording. */
  | {
    readonly type: "exit";
    readonly exit: Pick<PtyExit, "code" | "signal">;
  };

/** The totals of what a recorder has omitted. */
export interface RecorderDrops {
  /** Total bytes of output and input. */
  readonly bytes: number;
  /** Total number of events. */
  readonly events: number;
}

/** Most bytes of one event; escaped, they may take six times as many. */
const PIECE_BYTES = 65_536;

/**
 * Writes a recording in asciicast v3, or v2. Recorded output is text: a character that
 * arrives in parts is joined, and bytes that are not UTF-8 become U+FFFD, as a
 * terminal shows them.
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
  /** Resolves when everything is written; rejects with `RecordingError`. */
  readonly closed: Promise<void>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #encoder: AsciicastEncoder;
  readonly #maxWaitingBytes: number;
  readonly #texts: Record<"output" | "input", TextDecoder>;
  readonly #recordsInput: boolean;
  #waitingBytes = 0;
  #ended = false;
  #drops = { bytes: 0, events: 0 };
  /** What was omitted since the last marker about it. */
  #gap: { bytes: number; size: PtySize | undefined } | undefined;

  /**
   * Starts a recording by writing its header. The sink is closed with it.
   *
   * @throws {RangeError} if `maxWaitingBytes` is not above 0.
   * @throws {TypeError} if another option is invalid, or the sink is locked.
   */
  constructor(sink: WritableStream<Uint8Array>, options: RecorderOptions) {
    checkSink(sink);
    checkRecorderOptions(options);
    const { clock = realClock, maxWaitingBytes = 4_194_304, version = 3 } =
      options;
    checkNumber("maxWaitingBytes", maxWaitingBytes, { above: 0 });
    this.#encoder = new AsciicastEncoder(version);
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#maxWaitingBytes = maxWaitingBytes;
    this.#recordsInput = options.input ?? false;
    this.#texts = { output: newDecoder(), input: newDecoder() };
    this.#writer = sink.getWriter();
    this.closed = this.#writer.closed.then(() => {}, (cause) => {
      this.#ended = true;
      throw new RecordingError("Cannot record: writing to the sink failed", {
        cause,
      });
    });
    // Nobody has to wait for it, so a rejection is handled here.
    this.closed.catch(() => {});
    const { signal } = options;
    const abort = () => void this.#writer.abort(signal?.reason).catch(() => {});
    signal?.addEventListener("abort", abort);
    const forget = () => signal?.removeEventListener("abort", abort);
    this.closed.then(forget, forget);
    if (signal?.aborted) abort();
    this.#write(encodeHeader(headerOf(options), version));
  }

  /** What the recorder has omitted so far. */
  get drops(): RecorderDrops {
    return { ...this.#drops };
  }

  /** Records an event at the present time; does nothing after the end. */
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
   * Ends the recording; resolves when everything is written.
   *
   * @throws {RecordingError} if it cannot be written.
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

  /** Whether there is room; after a lack, only once half of it is free. */
  #hasRoom(): boolean {
    if (this.#gap === undefined) {
      return this.#waitingBytes < this.#maxWaitingBytes;
    }
    if (this.#waitingBytes > this.#maxWaitingBytes / 2) return false;
    this.#endGap();
    return true;
  }

  #drop(bytes: number, size?: PtySize): void {
    // A character that has started does not continue after the gap.
    if (this.#gap === undefined) this.#flushTexts();
    this.#gap ??= { bytes: 0, size: undefined };
    this.#gap.bytes += bytes;
    this.#gap.size = size ?? this.#gap.size;
    this.#drops.bytes += bytes;
    this.#drops.events++;
  }

  /** Marks what was omitted, and records the size that the terminal has since. */
  #endGap(): void {
    if (this.#gap === undefined) return;
    const { bytes, size } = this.#gap;
    this.#gap = undefined;
    const text = `${bytes} bytes were not recorded: the sink was too slow`;
    this.#event({ type: "marker", atMs: this.#now(), text });
    if (size !== undefined) this.#resize(size);
  }

  /** Writes what must come before the end, room or not. */
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
    // A failure is reported by `closed`.
    this.#writer.write(bytes).then(
      () => void (this.#waitingBytes -= bytes.length),
      () => {},
    );
  }
}

function newDecoder(): TextDecoder {
  return new TextDecoder("utf-8", { ignoreBOM: true });
}

/** The number of a signal: a recording holds only the status that shells use. */
function signalNumber(signal: PtyExit["signal"]): number {
  const numbers = new Map<string, number>(Object.entries(constants.signals));
  return numbers.get(signal ?? "") ?? 0;
}
