/**
 * Compression algorithms, as functions from bytes to bytes.
 *
 * @module
 */
import { promisify } from "node:util";
import * as zlib from "node:zlib";

/** An algorithm of the web's or of Node's that Deno has, at its default level. */
export type CompressionAlgorithm = "gzip" | "deflate" | "brotli" | "zstd";

/** All of them. */
export const ALGORITHMS: readonly CompressionAlgorithm[] = [
  "gzip",
  "deflate",
  "brotli",
  "zstd",
];

type Transform = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;

/** Both ways of an algorithm. */
export interface Codec {
  readonly compress: Transform;
  readonly decompress: Transform;
}

/** What does an algorithm. */
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
