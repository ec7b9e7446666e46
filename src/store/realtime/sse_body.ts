/**
 * The body of one client's stream: frames that wait to be read, up to a number
 * of bytes.
 *
 * @module
 */

/** Bytes of frames that are written as one piece. */
const PIECE_BYTES = 65_536;

/** What a body reports. */
export interface SseBodyPort {
  /** Most bytes that wait to be read. */
  readonly maxBytes: number;
  /** Called once, when the client has gone or has read the last frame. */
  onEnd(): void;
}

/** Frames of one client, which it reads when it can. */
export class SseBody {
  /** The body of the response. */
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #port: SseBodyPort;
  /** Assigned while the stream is constructed, which calls `start`. */
  #controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  #frames: Uint8Array<ArrayBuffer>[] = [];
  /** For each frame the position behind it, if it has one. */
  #positions: (string | undefined)[] = [];
  #position: string;
  #bytes = 0;
  #taken = 0;
  #isWaiting = false;
  /** Whether no more frames come, so that the stream ends behind the last. */
  #isLast = false;
  #hasEnded = false;
  #drained: PromiseWithResolvers<void> | undefined;

  /** Creates a body without frames, for a client at a position. */
  constructor(port: SseBodyPort, position: string) {
    this.#port = port;
    this.#position = position;
    this.stream = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      pull: () => {
        this.#isWaiting = true;
        this.#flush();
      },
      cancel: () => this.#finish(),
    }, { highWaterMark: 0 });
  }

  /** Bytes that wait to be read. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that were read so far. */
  get taken(): number {
    return this.#taken;
  }

  /** Whether the client has gone, or will get nothing more. */
  get hasEnded(): boolean {
    return this.#hasEnded || this.#isLast;
  }

  /** The position behind the last frame that was taken. */
  get position(): string {
    return this.#position;
  }

  /** Whether further frames may wait. */
  get hasRoom(): boolean {
    return this.#bytes < this.#port.maxBytes;
  }

  /** Whether the client waits for something to read. */
  get isIdle(): boolean {
    return this.#isWaiting;
  }

  /** Adds a frame behind those that wait, and the position behind it. */
  push(frame: Uint8Array<ArrayBuffer>, position?: string): void {
    if (this.hasEnded) return;
    this.#frames.push(frame);
    this.#positions.push(position);
    this.#bytes += frame.length;
    this.#flush();
  }

  /** Resolves when nothing waits to be read, or the stream is ended. */
  drained(): Promise<void> {
    if (this.#bytes === 0 || this.hasEnded) return Promise.resolve();
    return (this.#drained ??= Promise.withResolvers()).promise;
  }

  /** Forgets what waits: the client is too slow for it. */
  drop(): void {
    this.#frames = [];
    this.#positions = [];
    this.#bytes = 0;
  }

  /** Ends the stream behind the frames that wait, of which one is added. */
  end(last?: Uint8Array<ArrayBuffer>): void {
    if (this.hasEnded) return;
    if (last !== undefined) this.push(last);
    this.#isLast = true;
    // Who does not read gets its end when it reads again.
    this.#flush();
    this.#drained?.resolve();
  }

  /** Ends the stream at once, without what waits: nobody reads it. */
  abandon(): void {
    if (this.#hasEnded) return;
    // An error would be in the log of the program, once for each such client.
    this.#controller.close();
    this.#finish();
  }

  #flush(): void {
    if (this.#hasEnded) return;
    if (this.#isWaiting && this.#frames.length > 0) {
      this.#isWaiting = false;
      this.#controller.enqueue(this.#take());
    }
    if (this.#frames.length > 0) return;
    this.#drained?.resolve();
    this.#drained = undefined;
    if (!this.#isLast) return;
    this.#controller.close();
    this.#finish();
  }

  /** Takes the frames that are written as one piece. */
  #take(): Uint8Array<ArrayBuffer> {
    let bytes = 0;
    const end = this.#frames.findIndex((frame) =>
      (bytes += frame.length) > PIECE_BYTES
    );
    const count = end === -1 ? this.#frames.length : Math.max(1, end);
    for (const position of this.#positions.splice(0, count)) {
      this.#position = position ?? this.#position;
    }
    const piece = joined(this.#frames.splice(0, count));
    this.#bytes -= piece.length;
    this.#taken += piece.length;
    return piece;
  }

  #finish(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.drop();
    this.#drained?.resolve();
    this.#drained = undefined;
    this.#port.onEnd();
  }
}

function joined(
  frames: readonly Uint8Array<ArrayBuffer>[],
): Uint8Array<ArrayBuffer> {
  const [first] = frames;
  if (first !== undefined && frames.length === 1) return first;
  const whole = new Uint8Array(
    frames.reduce((bytes, frame) => bytes + frame.length, 0),
  );
  let at = 0;
  for (const frame of frames) {
    whole.set(frame, at);
    at += frame.length;
  }
  return whole;
}
