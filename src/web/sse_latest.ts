/**
 * Events of which only the last one of each key matters, such as the state of
 * something that changes all the time.
 *
 * @module
 */

/** The last event of each key, as the bytes that go over the wire. */
export class SseLatest {
  readonly #events = new Map<
    string,
    { readonly frame: Uint8Array<ArrayBuffer>; readonly version: number }
  >();
  #version = 0;

  /** Grows with each event. */
  get version(): number {
    return this.#version;
  }

  /** Sets the event of a key. */
  set(key: string, frame: Uint8Array<ArrayBuffer>): void {
    // Behind all others, so that events come in the order of their versions.
    this.#events.delete(key);
    this.#events.set(key, { frame, version: ++this.#version });
  }

  /** Forgets the event of a key. */
  delete(key: string): void {
    this.#events.delete(key);
  }

  /** Returns the events after a version. */
  since(version: number): Uint8Array<ArrayBuffer>[] {
    if (version === this.#version) return [];
    const frames: Uint8Array<ArrayBuffer>[] = [];
    for (const event of this.#events.values()) {
      if (event.version > version) frames.push(event.frame);
    }
    return frames;
  }
}
