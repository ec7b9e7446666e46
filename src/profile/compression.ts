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
