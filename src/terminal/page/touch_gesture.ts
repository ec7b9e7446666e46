/**
 * What fingers on the terminal mean: pure decisions.
 *
 * @module
 */

/** Pixels that a finger may move and still taps or holds. */
const SLOP = 10;
/** Milliseconds back to which the speed of a finger is measured. */
const SPEED_MS = 100;

/** A place on the screen, in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What the page does about a gesture. */
export type GestureAction =
  | { readonly type: "none" }
  /** Scrolls by pixels: positive goes back in time, with the finger. */
  | {
    readonly type: "scroll";
    readonly pixels: number;
    /** Pixels to the right. */
    readonly across: number;
    readonly at: Point;
  }
  /** Makes the font so many times as large as it was when the pinch began. */
  | { readonly type: "zoom"; readonly factor: number }
  | { readonly type: "select_word"; readonly at: Point }
  | { readonly type: "select_to"; readonly at: Point }
  /** A finger was lifted that had selected. */
  | { readonly type: "selected" }
  /** A finger was lifted that had scrolled, at a speed in pixels per ms. */
  | { readonly type: "fling"; readonly speed: number; readonly at: Point };

type Phase = "idle" | "pressed" | "scrolling" | "selecting" | "pinching";

const NONE: GestureAction = { type: "none" };

/** Turns the events of fingers into actions. */
export class TouchGesture {
  #phase: Phase = "idle";
  readonly #fingers = new Map<number, Point>();
  #start: Point = { x: 0, y: 0 };
  #pinchDistance = 0;
  #trail: { readonly y: number; readonly at: number }[] = [];

  /** Whether a finger may become a press that holds. */
  get mayHold(): boolean {
    return this.#phase === "pressed";
  }

  /** Whether the gesture is more than a tap. */
  get isGesture(): boolean {
    return this.#phase !== "idle" && this.#phase !== "pressed";
  }

  /** A finger touches the screen, at a time in milliseconds. */
  down(id: number, point: Point, at: number): GestureAction {
    this.#fingers.set(id, point);
    if (this.#fingers.size === 1) {
      this.#phase = "pressed";
      this.#start = point;
      this.#trail = [{ y: point.y, at }];
    } else if (this.#fingers.size === 2 && this.#phase !== "selecting") {
      this.#phase = "pinching";
      this.#pinchDistance = Math.max(1, this.#distance());
    }
    return NONE;
  }

  /** A finger moves. */
  move(id: number, point: Point, at: number): GestureAction {
    const last = this.#fingers.get(id);
    if (last === undefined) return NONE;
    this.#fingers.set(id, point);
    if (this.#phase === "pinching") {
      return { type: "zoom", factor: this.#distance() / this.#pinchDistance };
    }
    if (this.#phase === "selecting") return { type: "select_to", at: point };
    if (this.#phase === "pressed") {
      const { x, y } = this.#start;
      if (Math.hypot(point.x - x, point.y - y) < SLOP) return NONE;
      this.#phase = "scrolling";
    }
    if (this.#phase !== "scrolling") return NONE;
    this.#trail = this.#trail.filter((old) => at - old.at <= SPEED_MS);
    this.#trail.push({ y: point.y, at });
    return {
      type: "scroll",
      pixels: point.y - last.y,
      across: point.x - last.x,
      at: point,
    };
  }

  /** A finger has not moved for long. */
  hold(): GestureAction {
    if (this.#phase !== "pressed") return NONE;
    this.#phase = "selecting";
    return { type: "select_word", at: this.#start };
  }

  /** A finger leaves the screen. */
  up(id: number, at: number): GestureAction {
    const point = this.#fingers.get(id);
    if (point === undefined) return NONE;
    this.#fingers.delete(id);
    const phase = this.#phase;
    if (this.#fingers.size > 0) return NONE;
    this.#phase = "idle";
    if (phase === "selecting") return { type: "selected" };
    if (phase !== "scrolling") return NONE;
    return { type: "fling", speed: this.#speed(at), at: point };
  }

  /** The browser takes the fingers away. */
  cancel(): void {
    this.#fingers.clear();
    this.#phase = "idle";
  }

  #distance(): number {
    const [a, b] = this.#fingers.values();
    if (a === undefined || b === undefined) return this.#pinchDistance;
    return Math.hypot(a.x - b.x, a.y - b.y);
  }

  #speed(at: number): number {
    const recent = this.#trail.filter((old) => at - old.at <= SPEED_MS);
    const first = recent[0];
    const last = recent.at(-1);
    if (first === undefined || last === undefined) return 0;
    if (last.at <= first.at) return 0;
    return (last.y - first.y) / (last.at - first.at);
  }
}

/** Turns pixels into whole lines, and keeps the rest for later. */
export class LineScroll {
  #rest = 0;

  /** Returns the lines to scroll: positive goes back in time. */
  take(pixels: number, lineHeight: number): number {
    this.#rest += pixels;
    const lines = Math.trunc(this.#rest / lineHeight);
    this.#rest -= lines * lineHeight;
    return lines === 0 ? 0 : lines;
  }

  /** Forgets the rest. */
  reset(): void {
    this.#rest = 0;
  }
}
