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
import { checkThumbSizes, parseThumbSize } from "../store/internal.ts";
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
   * What makes them.
   * @default {npm:sharp}
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
  const maker = make ?? await sharpMaker();
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

/** What is used of `npm:sharp`. */
interface SharpImage {
  rotate(): SharpImage;
  resize(options: {
    readonly width?: number;
    readonly height?: number;
    readonly fit: "cover" | "inside";
    readonly position: "centre" | "top" | "bottom";
  }): SharpImage;
  toBuffer(): Promise<Uint8Array>;
}

/** It is loaded when it is needed: most who measure files need no thumbnails. */
const SHARP = "npm:sharp@0.35.5";

async function sharpMaker(): Promise<ThumbnailMaker> {
  let sharp: (image: Uint8Array) => SharpImage;
  try {
    sharp = (await import(SHARP)).default;
  } catch (cause) {
    throw new FileProfileError(
      `Cannot load ${SHARP}: ${
        reasonOf(cause)
      }. Allow it with --allow-ffi, --allow-read and --allow-env, or give make`,
      { cause },
    );
  }
  return (image, size) => {
    const { width, height, keep } = parseThumbSize(size) ??
      { width: 0, height: 0, keep: "all" };
    return sharp(image).rotate().resize({
      ...(width > 0 ? { width } : {}),
      ...(height > 0 ? { height } : {}),
      fit: keep === "all" ? "inside" : "cover",
      position: keep === "all" ? "centre" : keep,
    }).toBuffer();
  };
}
