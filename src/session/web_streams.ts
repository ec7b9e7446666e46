/**
 * The Web Streams of a connection, of any protocol. They learn at once that it
 * has ended, even if nobody reads or writes just then: a pipe from a source that
 * is quiet would otherwise keep its source for as long as that is quiet.
 *
 * @module
 */

/** Where the bytes of a {@linkcode ByteReadable} come from. */
export interface ByteSource {
  /** Whether everything was read or dropped, and nothing more comes. */
  readonly drained: boolean;
  /** Why nothing more comes; `undefined` when the peer has ended its side. */
  readonly error: unknown;
  /** Reads the next bytes; `undefined` when the peer has ended its side. */
  read(): Promise<Uint8Array | undefined>;
  /**
   * Reads the next bytes into `buffer`, as many as it has room for, and returns
   * the view of them. Without this method, a read into a buffer costs a copy.
   */
  readInto?(buffer: Uint8Array): Promise<Uint8Array | undefined>;
}

/** The `readable` of a connection. */
export class ByteReadable {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #source: ByteSource;
  #controller: ReadableByteStreamController | undefined;
  /** Whether a read is under way, which settles the stream if it must be. */
  #isReading = false;
  #isSettled = false;

  /** @param onCancel Called when the user has cancelled the stream. */
  constructor(source: ByteSource, onCancel: () => void) {
    this.#source = source;
    this.stream = new ReadableStream({
      type: "bytes",
      start: (controller) => {
        this.#controller = controller;
      },
      pull: (controller) => this.#pull(controller),
      // The reason stays here: it may say more than the peer should know.
      cancel: () => {
        this.#isSettled = true;
        onCancel();
      },
    });
    this.settle();
  }

  /** Closes or fails the stream if everything was read and nothing comes. */
  settle(): void {
    const controller = this.#controller;
    const { drained, error } = this.#source;
    if (!drained || controller === undefined) return;
    if (this.#isReading || this.#isSettled) return;
    if (error === undefined) {
      this.#isSettled = true;
      controller.close();
      controller.byobRequest?.respond(0);
    } else if (controller.desiredSize === 0) {
      // Otherwise a message is left of which a part did not fit its reader.
      this.#isSettled = true;
      controller.error(error);
    }
  }

  async #pull(controller: ReadableByteStreamController): Promise<void> {
    const source = this.#source;
    this.#isReading = true;
    try {
      const request = source.readInto && controller.byobRequest;
      if (request?.view && source.readInto) {
        const { buffer, byteOffset, byteLength } = request.view;
        const bytes = await source.readInto(
          new Uint8Array(buffer, byteOffset, byteLength),
        );
        if (bytes !== undefined) request.respond(bytes.length);
      } else {
        const bytes = await source.read();
        if (bytes !== undefined) controller.enqueue(ownBuffer(bytes));
      }
    } finally {
      this.#isReading = false;
    }
    this.settle();
  }
}

/** Returns the bytes in a buffer that nothing else is in: it is transferred. */
function ownBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return isWhole(bytes) ? bytes : bytes.slice();
}

function isWhole(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer &&
    bytes.buffer.byteLength === bytes.byteLength;
}

/** Where the chunks of a {@linkcode MessageWritable} go. */
export interface MessageSink {
  /** Sends a message. */
  write(message: Uint8Array): Promise<void>;
  /** Ends this side's direction. */
  close(): void | Promise<void>;
  /** Ends the connection at once. */
  abort(): void;
}

/** The `writable` of a connection. */
export class MessageWritable {
  readonly stream: WritableStream<Uint8Array>;
  #controller: WritableStreamDefaultController | undefined;

  constructor(sink: MessageSink) {
    this.stream = new WritableStream({
      start: (controller) => {
        this.#controller = controller;
        // Not the sink's own `abort`, which would wait for the pending write.
        controller.signal.addEventListener("abort", sink.abort, { once: true });
      },
      write: (message) => sink.write(message),
      close: () => sink.close(),
    });
  }

  /** Fails the stream: nothing more can be sent. */
  fail(error: unknown): void {
    const controller = this.#controller;
    // Whoever has aborted the stream knows, and is to see that succeed.
    if (!controller?.signal.aborted) controller?.error(error);
  }
}
