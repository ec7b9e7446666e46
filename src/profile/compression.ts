/**
 * Compression algorithms, as functions from bytes to bytes.
 *
 * @module
 */
import { promisify } from "node:util";
import * as zlib from "node:zlib";

/** A compression algorithm that Deno has, at its default level. */
export type CompressionAlgorithm = "gzip" | "deflate" | "brotli" | "zstd";

/** All algorithms. */
export const ALGORITHMS: readonly CompressionAlgorithm[] = [
  "gzip",
  "deflate",
  "brotli",
  "zstd",
];

/** The levels of an algorithm, from the fastest to the smallest. */
export interface Levels {
  readonly min: number;
  readonly max: number;
  /** Those that are measured if none are given. */
  readonly usual: readonly number[];
}

/** The levels of each algorithm. */
export const LEVELS: Readonly<Record<CompressionAlgorithm, Levels>> = {
  gzip: { min: 1, max: 9, usual: [1, 6, 9] },
  deflate: { min: 1, max: 9, usual: [1, 6, 9] },
  brotli: { min: 0, max: 11, usual: [1, 4, 6, 9] },
  zstd: { min: 1, max: 22, usual: [1, 3, 9] },
};

/** Returns the implementation of an algorithm at a level. */
export function codecAt(algorithm: CompressionAlgorithm, level: number): Codec {
  const { constants } = zlib;
  switch (algorithm) {
    case "gzip":
      return {
        compress: (bytes) => call(bytes, { level }, zlib.gzip),
        decompress: (bytes) => call(bytes, {}, zlib.gunzip),
      };
    case "deflate":
      return {
        compress: (bytes) => call(bytes, { level }, zlib.deflate),
        decompress: (bytes) => call(bytes, {}, zlib.inflate),
      };
    case "brotli": {
      const params = { [constants.BROTLI_PARAM_QUALITY]: level };
      return {
        compress: (bytes) =>
          call<zlib.BrotliOptions>(bytes, { params }, zlib.brotliCompress),
        decompress: CODECS.brotli.decompress,
      };
    }
    case "zstd": {
      const params = { [constants.ZSTD_c_compressionLevel]: level };
      return {
        compress: (bytes) =>
          call<zlib.ZstdOptions>(bytes, { params }, zlib.zstdCompress),
        decompress: CODECS.zstd.decompress,
      };
    }
  }
}

function call<Options>(
  bytes: Uint8Array<ArrayBuffer>,
  options: Options,
  transform: (
    bytes: Uint8Array<ArrayBuffer>,
    options: Options,
    done: (error: Error | null, result: Uint8Array) => void,
  ) => void,
): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  transform(bytes, options, (error, result) => {
    if (error === null || error === undefined) resolve(result);
    else reject(error);
  });
  return promise;
}

type Transform = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;

/** An algorithm in both directions. */
export interface Codec {
  readonly compress: Transform;
  readonly decompress: Transform;
}

/** The implementation of each algorithm. */
export const CODECS: Readonly<Record<CompressionAlgorithm, Codec>> = {
  gzip: web("gzip"),
  deflate: web("deflate"),
  brotli: {
    compress: (bytes) => promisify(zlib.brotliCompress)(bytes),
    decompress: (bytes) => promisify(zlib.brotliDecompress)(bytes),
  },
  zstd: {
    compress: (bytes) => promisify(zlib.zstdCompress)(bytes),
    decompress: (bytes) => promisify(zlib.zstdDecompress)(bytes),
  },
};

function web(format: "gzip" | "deflate"): Codec {
  return {
    compress: (bytes) => through(bytes, new CompressionStream(format)),
    decompress: (bytes) => through(bytes, new DecompressionStream(format)),
  };
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  transform: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  return await new Response(new Blob([bytes]).stream().pipeThrough(transform))
    .bytes();
}
