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
 */
export async function scaled(
  sharp: Sharp,
  image: Uint8Array<ArrayBuffer>,
  { width, height, keep }: ThumbSize,
  maxPixels: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await sharp(image, { limitInputPixels: maxPixels })
    .autoOrient()
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
