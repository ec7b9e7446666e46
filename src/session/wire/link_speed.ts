/**
 * How large frames may be: as large as what the peer receives within a few
 * milliseconds, so that a ping waits no longer than that for the frame before
 * it. It is measured by the acknowledgements, as a write says only how fast the
 * system fills its buffers.
 *
 * @module
 */
import { USUAL_FRAME_BYTES } from "./protocol.ts";

/** Milliseconds that a large frame may take. */
const FRAME_MS = 4;
/** Bytes from which on a measurement says something. */
const LEAST_BYTES = 65_536;

/** The speed of one socket after another, as a size of frames. */
export class LinkSpeed {
  /** Payload bytes of a frame that takes a few milliseconds, or the usual. */
  frameBytes: number = USUAL_FRAME_BYTES;
  /** The place and the time from which on it is measured. */
  #place = 0;
  #since = 0;

  /**
   * Measures from here on, at `now` milliseconds by any clock: nothing of note
   * is on its way.
   */
  begin(place: number, now: number): void {
    this.#place = place;
    this.#since = now;
  }

  /** Goes on over another socket, which may be slower. */
  reset(place: number, now: number): void {
    this.frameBytes = USUAL_FRAME_BYTES;
    this.begin(place, now);
  }

  /** Notes that the peer has everything before `place`. */
  arrived(place: number, now: number): void {
    const bytes = place - this.#place;
    if (bytes < LEAST_BYTES) return;
    const ms = now - this.#since;
    const fits = ms > 0 ? bytes * FRAME_MS / ms : Infinity;
    // Slower at once, faster in steps: a few may have come together.
    const most = Math.min(fits, 2 * this.frameBytes);
    this.frameBytes = Math.max(USUAL_FRAME_BYTES, Math.floor(most));
    this.begin(place, now);
  }
}
