/**
 * Brings an image to a size, with `npm:sharp`.
 *
 * @module
 */
import type { ThumbSize } from "../schema/thumb_size.ts";

/** Types of images of which thumbnails are made; they have the same type. */
const TYPES: ReadonlySet<string> = new Set([
  "image/gif",
  "image/jpeg",
  "image/png",
  "image/webp",
]);

/** Pixels that a side of an image has that grew, at most: as WebP has. */
const MAX_SIDE = 16_383;

type Sharp = typeof import("sharp").default;

/** Whether images of a type can be scaled. */
export function canScale(type: string): boolean {
  return TYPES.has(type);
}

/** Loads the package, when the first thumbnail is asked for. */
export async function loadSharp(): Promise<Sharp> {
  return (await import("sharp")).default;
}

/**
 * Returns an image in a size, turned as its camera says, of its first frame.
 *
 * @param image Must not change until this resolves.
 * @throws {Error} as a rejection, if it is damaged, or has too many pixels as it is
 * or when it is scaled.
 */
export async function scaled(
  sharp: Sharp,
  image: Uint8Array<ArrayBuffer>,
  { width, height, keep }: ThumbSize,
  maxPixels: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const input = sharp(image, { limitInputPixels: maxPixels }).autoOrient();
  const { autoOrient: own } = await input.metadata();
  checkScaled(own, factorOf(own, { width, height, keep }), maxPixels);
  const bytes = await input
    .resize({
      ...(width === 0 ? {} : { width }),
      ...(height === 0 ? {} : { height }),
      fit: keep === "all" ? "inside" : "cover",
      position: keep === "all" ? "centre" : keep,
      withoutEnlargement: keep === "all",
    })
    .toBuffer();
  return new Uint8Array(bytes);
}

interface Extent {
  readonly width: number;
  readonly height: number;
}

/** Returns by how much an image is scaled, before what is too much is cut off. */
function factorOf(own: Extent, { width, height, keep }: ThumbSize): number {
  return keep === "all"
    ? Math.min(width / own.width, height / own.height, 1)
    : Math.max(width / own.width, height / own.height);
}

/**
 * Checks that a line of pixels does not become a plane: by its one side, an image
 * of some hundred bytes would have any number of pixels.
 */
function checkScaled(own: Extent, factor: number, maxPixels: number): void {
  // What does not grow has no more than it has been checked for.
  if (factor <= 1) return;
  const longest = Math.max(own.width, own.height) * factor;
  const pixels = own.width * own.height * factor ** 2;
  if (longest > MAX_SIDE || pixels > maxPixels) {
    throw new Error(`It would have ${Math.ceil(pixels)} pixels`);
  }
}
