/**
 * The backends that the suite of all runs on, each with what it talks to.
 *
 * @module
 */
import S3rver from "s3rver";
import {
  azureStorage,
  directoryStorage,
  gcsStorage,
  memoryStorage,
  type ObjectStorage,
  s3Storage,
  type TransferOptions,
} from "../../src/storage/mod.ts";
import { ACCOUNT, azurite } from "./azurite.ts";
import { GcsServer } from "./gcs_server.ts";
import { S3Server } from "./s3_server.ts";

/** A storage that is empty, until it is disposed of. */
export interface OpenBackend extends AsyncDisposable {
  readonly storage: ObjectStorage;
  /**
   * What is left of puts that have failed, where it can be seen: temporary
   * files, and uploads that were begun.
   */
  leftOvers(): Promise<readonly string[]>;
}

/**
 * What some counterparts cannot do: to let one alone of several puts at once
 * make an object, to remove the parts of an upload that is given up, to send
 * the first byte alone, to list in order, or a part of a list, and to keep what
 * was there until all of a put has come.
 */
export type Lack =
  | "if_absent"
  | "abort"
  | "first_byte"
  | "order"
  | "pages"
  | "whole_puts";

/** Returns the port of what stands between a storage and its counterpart. */
export type Via = (port: number) => number;

/** Dials the counterpart itself. */
const direct: Via = (port) => port;

/** A kind of backend. */
export interface BackendKind {
  readonly name: string;
  /** The least bytes of a part, where objects are written in parts. */
  readonly partBytes: number;
  /** What its counterpart cannot do, and a service can. */
  readonly lacks: readonly Lack[];
  /**
   * @param via Returns the port to dial, given that of the counterpart.
   */
  open(options?: TransferOptions, via?: Via): Promise<OpenBackend>;
}

const memory: BackendKind = {
  name: "memory",
  partBytes: 2 ** 18,
  lacks: [],
  open: () =>
    Promise.resolve({
      storage: memoryStorage(),
      leftOvers: () => Promise.resolve([]),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
};

const directory: BackendKind = {
  name: "directory",
  partBytes: 2 ** 18,
  lacks: [],
  async open() {
    const path = await Deno.makeTempDir();
    return {
      storage: directoryStorage(path),
      leftOvers: () => Promise.resolve(filesIn(`${path}/.temporary`)),
      [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
    };
  },
};

/** The files of a directory, which need not exist. */
export function filesIn(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** What `s3rver` takes for the key of its only account. */
const S3RVER = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };

const s3rver: BackendKind = {
  name: "s3 on s3rver",
  partBytes: 5 * 2 ** 20,
  lacks: ["if_absent", "abort", "first_byte", "order", "pages", "whole_puts"],
  async open(options, via = direct) {
    const directory = await Deno.makeTempDir();
    const server = new S3rver({
      port: 0,
      address: "127.0.0.1",
      silent: true,
      directory,
      configureBuckets: [{ name: "objects", configs: [] }],
    });
    const { port } = await server.run();
    return {
      storage: s3Storage({
        endpoint: `http://127.0.0.1:${via(port)}`,
        region: "us-east-1",
        bucket: "objects",
        ...S3RVER,
        partBytes: s3rver.partBytes,
        ...options,
      }),
      leftOvers: () => Promise.resolve([]),
      async [Symbol.asyncDispose]() {
        await server.close();
        await Deno.remove(directory, { recursive: true });
      },
    };
  },
};

const azure: BackendKind = {
  name: "azure on azurite",
  partBytes: 2 ** 18,
  lacks: [],
  async open(options, via = direct) {
    const { port } = azurite();
    const container = await azurite().container();
    return {
      storage: azureStorage({
        endpoint: `http://127.0.0.1:${via(port)}/${ACCOUNT.account}`,
        ...ACCOUNT,
        container,
        partBytes: azure.partBytes,
        ...options,
      }),
      // The service forgets blocks by itself.
      leftOvers: () => Promise.resolve([]),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  },
};

const s3: BackendKind = {
  name: "s3 on a server that verifies signatures",
  partBytes: 5 * 2 ** 20,
  lacks: [],
  open(options, via = direct) {
    const server = new S3Server({ pageSize: 2 });
    const { key, port, kept } = server;
    return Promise.resolve({
      storage: s3Storage({
        endpoint: `http://127.0.0.1:${via(port)}`,
        bucket: "objects",
        ...key,
        partBytes: s3.partBytes,
        ...options,
      }),
      leftOvers: () => Promise.resolve([...kept.uploads.keys()]),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    });
  },
};

const gcsXml: BackendKind = {
  name: "gcs by XML on a server of the tests",
  partBytes: 5 * 2 ** 20,
  lacks: ["if_absent"],
  open(options, via = direct) {
    const server = new S3Server({ hasIfNoneMatch: false, region: "auto" });
    const { key, port, kept } = server;
    return Promise.resolve({
      storage: gcsStorage({
        endpoint: `http://127.0.0.1:${via(port)}`,
        bucket: "objects",
        hmac: { accessId: key.accessKeyId, secret: key.secretAccessKey },
        partBytes: gcsXml.partBytes,
        ...options,
      }),
      leftOvers: () => Promise.resolve([...kept.uploads.keys()]),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    });
  },
};

const gcsJson: BackendKind = {
  name: "gcs by JSON on a server of the tests",
  partBytes: 2 ** 18,
  lacks: [],
  open(options, via = direct) {
    const server = new GcsServer(2);
    const { port, kept, token } = server;
    return Promise.resolve({
      storage: gcsStorage({
        endpoint: `http://127.0.0.1:${via(port)}`,
        bucket: "objects",
        token: () => token,
        partBytes: gcsJson.partBytes,
        ...options,
      }),
      leftOvers: () => Promise.resolve([...kept.uploads.keys()]),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    });
  },
};

/** Those that are reached over a network. */
export const REMOTE_BACKENDS: readonly BackendKind[] = [
  s3rver,
  s3,
  azure,
  gcsXml,
  gcsJson,
];

/** All kinds of backends. */
export const BACKENDS: readonly BackendKind[] = [
  memory,
  directory,
  ...REMOTE_BACKENDS,
];
