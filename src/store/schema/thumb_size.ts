/**
 * Sizes of thumbnails, as PocketBase writes them.
 *
 * @module
 */
import { shown } from "../../checks/internal.ts";

/** How an image is brought to a size. */
export interface ThumbSize {
  /** Pixels; 0 for what the height makes of it. */
  readonly width: number;
  /** Pixels; 0 for what the width makes of it. */
  readonly height: number;
  /** What is kept of an image of another shape: a part of it, or all. */
  readonly keep: "centre" | "top" | "bottom" | "all";
}

/** The most pixels of a side. */
const MAX_SIDE = 4096;
const SIZE = /^(0|[1-9]\d{0,3})x(0|[1-9]\d{0,3})([tbf]?)$/;
const KEEP = { "": "centre", t: "top", b: "bottom", f: "all" } as const;

/** Returns what a text such as `100x50t` says; undefined if it is no size. */
export function parseThumbSize(text: string): ThumbSize | undefined {
  const match = SIZE.exec(text);
  if (match === null) return undefined;
  const [width, height] = [Number(match[1]), Number(match[2])];
  const isOneSided = width === 0 || height === 0;
  const isRight = width + height > 0 && width <= MAX_SIDE &&
    height <= MAX_SIDE && !(isOneSided && match[3] !== "");
  if (!isRight) return undefined;
  return { width, height, keep: KEEP[match[3] as keyof typeof KEEP] };
}

/**
 * Checks sizes of thumbnails.
 *
 * @throws {TypeError} if one of them is none.
 */
export function checkThumbSizes(sizes: readonly string[]): void {
  const wrong = sizes.find((size) => parseThumbSize(size) === undefined);
  if (wrong === undefined) return;
  throw new TypeError(
    `Cannot use thumbs: one is ${
      shown(wrong)
    }, it must be a size such as 100x50, 100x50t, 100x50b, 100x50f, 100x0 or 0x50, of at most ${MAX_SIDE} pixels`,
  );
}
