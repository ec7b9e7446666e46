/**
 * Measures how thumbnails are made.
 *
 * @module
 */
import {
  checkArray,
  checkBytes,
  checkFunction,
  checkOptionNames,
  type OptionNames,
  reasonOf,
} from "../checks/internal.ts";
import { Distribution } from "../metrics/internal.ts";
import {
  checkThumbSizes,
  loadSharp,
  parseThumbSize,
  scaled,
} from "../store/internal.ts";
import type { FileMeasure, FileOperationOptions } from "./file_measure.ts";
import type { ThumbnailReport } from "./file_operations_report.ts";
import { measureStep, timed } from "./measured_step.ts";
import { FileProfileError } from "./profile_errors.ts";
import { untilAborted } from "./until_aborted.ts";

/** Makes a thumbnail of an image, in a size such as `100x100`. */
export type ThumbnailMaker = (
  image: Uint8Array<ArrayBuffer>,
  size: string,
  signal: AbortSignal,
) => Promise<Uint8Array>;

/** Options of `thumbnails` of a `FileOperationsProfiler`. */
export interface ThumbnailOptions extends FileOperationOptions {
  /**
   * Sizes as those of fields of files: `100x50`, `100x50t`, `100x50b`, `100x50f`,
   * `100x0` or `0x50`.
   * @default {["100x100"]}
   */
  readonly sizes?: readonly string[];
  /**
   * Function that makes the thumbnails.
   * @default {npm:sharp, as a store makes them}
   */
  readonly make?: ThumbnailMaker;
}

const NAMES: OptionNames<ThumbnailOptions> = {
  signal: true,
  sizes: true,
  make: true,
};

/** Measures each size with each image, in turn. */
export async function measureThumbnails(
  images: readonly Uint8Array<ArrayBuffer>[],
  options: ThumbnailOptions,
  { clock, repetitions, limits }: FileMeasure,
): Promise<ThumbnailReport[]> {
  checkOptionNames("thumbnails()", options, NAMES);
  const { sizes = ["100x100"], make, ...limited } = options;
  checkArray("images", images, "an array of bytes");
  for (const image of images) checkBytes("one of images", image);
  checkArray("sizes", sizes, "an array of sizes");
  checkThumbSizes(sizes);
  if (make !== undefined) checkFunction("make", make);
  const stepLimits = limits(limited);
  const maker = make ?? await storeMaker();
  const reports: ThumbnailReport[] = [];
  for (const size of sizes) {
    reports.push(
      await measureStep(`thumbnails of ${size}`, stepLimits, async (signal) => {
        const latency = new Distribution();
        let [inputBytes, outputBytes] = [0, 0];
        for (let round = 0; round < repetitions; round++) {
          for (const image of images) {
            const { ms, result } = await timed(
              clock,
              () => untilAborted(() => maker(image, size, signal), signal),
            );
            latency.record(ms);
            inputBytes += image.length;
            outputBytes += result.length;
          }
        }
        const { count, sum } = latency.summary();
        return {
          size,
          thumbnails: count,
          inputBytes,
          outputBytes,
          latency: latency.summary(),
          thumbnailsPerSecond: sum > 0 ? 1000 * count / sum : null,
        };
      }),
    );
  }
  return reports;
}

/** Images of more pixels are refused, as their bytes say little about them. */
const MAX_PIXELS = 50_000_000;

/** Makes thumbnails as a store does. */
async function storeMaker(): Promise<ThumbnailMaker> {
  let sharp: Awaited<ReturnType<typeof loadSharp>>;
  try {
    sharp = await loadSharp();
  } catch (cause) {
    throw new FileProfileError(
      `Cannot load npm:sharp: ${
        reasonOf(cause)
      }. Allow it with --allow-ffi, --allow-read and --allow-env, or give make`,
      { cause },
    );
  }
  return async (image, size) => {
    const wanted = parseThumbSize(size);
    // The sizes were checked.
    if (wanted === undefined) return image;
    return await scaled(sharp, image, wanted, MAX_PIXELS);
  };
}
