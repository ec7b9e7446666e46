import { assert, assertEquals, assertRejects } from "@std/assert";
import { loadSharp, scaled } from "../../../src/store/files/scale_image.ts";
import { parseThumbSize } from "../../../src/store/schema/thumb_size.ts";

const MAX_PIXELS = 50_000_000;

/** Brings an image of a colour to a size; resolves to its width and height. */
async function scaledTo(width: number, height: number, size: string) {
  const sharp = await loadSharp();
  const background = { r: 1, g: 2, b: 3 };
  const image = await sharp({
    create: { width, height, channels: 3, background },
  }).png().toBuffer();
  const wanted = parseThumbSize(size);
  assert(wanted !== undefined);
  const bytes = await scaled(sharp, new Uint8Array(image), wanted, MAX_PIXELS);
  const made = await sharp(bytes).metadata();
  return [made.width, made.height];
}

Deno.test("a line of pixels does not become a plane, and an image that is small grows", async () => {
  for (
    const [width, height, size] of [
      [30_000, 1, "0x64"],
      [1, 30_000, "64x0"],
      [30_000, 1, "64x64"],
      [300, 1, "0x64"],
      [1, 2000, "100x100t"],
    ] as const
  ) {
    await assertRejects(() => scaledTo(width, height, size), Error, "pixels");
  }
  assertEquals(await scaledTo(10, 20, "100x0"), [100, 200]);
  assertEquals(await scaledTo(10, 20, "100x100"), [100, 100]);
  assertEquals(await scaledTo(30_000, 1, "64x64f"), [64, 1]);
  assertEquals(await scaledTo(30_000, 100, "0x50"), [15_000, 50]);
});
