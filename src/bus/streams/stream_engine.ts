/**
 * All streams of one bus: what the bus in process calls of them.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import { BusClosedError } from "../errors.ts";
import { Payload } from "../payload.ts";
import type { BusStream, StreamOptions } from "../stream.ts";
import { CommitQueue } from "./commit_queue.ts";
import { KeptStream } from "./kept_stream.ts";
import { type DeliverLive, localStream, publishOf } from "./local_stream.ts";
import { MemoryStorage } from "./memory_store.ts";
import type { StreamStorage, StreamStore } from "./store.ts";
import { figuresOf, type StreamFigures } from "./stream_figures.ts";
import {
  checkApart,
  checkSame,
  type ResolvedStream,
  resolveStream,
} from "./stream_config.ts";
import { type WallClock, wallClock } from "./wall_clock.ts";

/** Subjects whose stream is remembered. */
const MAX_REMEMBERED = 10_000;

/** What the streams of a bus need of it. */
export interface StreamEngineOptions {
  readonly clock: Clock;
  /** Where messages are kept; they are in memory alone where there is none. */
  readonly directory?: string | undefined;
  /** Hands what `BusStream.publish` takes to live subscribers. */
  readonly deliver: DeliverLive;
  /** Publishes a dead letter, as everybody else publishes. */
  readonly publish: (subject: string, payload: Payload) => Promise<void>;
}

/** A place where messages are kept, and what waits to be written there. */
interface Place {
  readonly storage: StreamStorage;
  readonly queue: CommitQueue;
}

/** The streams of a bus. */
export class StreamEngine {
  readonly #options: StreamEngineOptions;
  readonly #clock: WallClock;
  readonly #memory: Place;
  #disk: Place | undefined;
  /** The opening of the directory, until that is done or has failed. */
  #opening: Promise<void> | undefined;
  #failure: unknown;
  readonly #streams = new Map<string, KeptStream>();
  /** The stream that keeps a subject, if one does. */
  readonly #bySubject = new Map<string, KeptStream | undefined>();
  #isClosed = false;

  constructor(options: StreamEngineOptions) {
    this.#options = options;
    this.#clock = wallClock(options.clock);
    this.#memory = this.#placeOf(new MemoryStorage());
    if (options.directory !== undefined) {
      this.#opening = this.#open(options.directory);
      // Before those who wait for it go on, in their order.
      this.#opening.then(() => this.#opening = undefined);
    }
  }

  #placeOf(storage: StreamStorage): Place {
    return { storage, queue: new CommitQueue(storage, this.#clock) };
  }

  async #open(directory: string): Promise<void> {
    try {
      // Nothing of SQLite is loaded where nothing is kept.
      const { SqliteStorage } = await import("./sqlite_storage.ts");
      if (this.#isClosed) return;
      const disk = this.#placeOf(new SqliteStorage(directory));
      this.#disk = disk;
      for (const [config, store] of disk.storage.streams()) {
        this.#add(config, store, disk);
      }
    } catch (error) {
      this.#failure = error;
      this.#disk?.storage.close();
      this.#disk = undefined;
    }
  }

  #add(config: ResolvedStream, store: StreamStore, place: Place): KeptStream {
    const { publish } = this.#options;
    const stream = new KeptStream(config, store, {
      ...place,
      clock: this.#clock,
      publish: (subject, bytes) => publish(subject, Payload.from(bytes)),
      onDelete: ({ config }) => {
        this.#streams.delete(config.name);
        this.#bySubject.clear();
      },
    });
    this.#streams.set(config.name, stream);
    this.#bySubject.clear();
    return stream;
  }

  /**
   * Keeps a message if a stream keeps its subject, and returns `undefined` at
   * once otherwise.
   *
   * @throws {StreamFullError} as a rejection, if the stream refuses it.
   * @throws {StreamStorageError} as a rejection, if it cannot be written.
   * @throws {CodecError} if the value cannot be encoded.
   */
  capture(subject: string, payload: Payload): Promise<void> | undefined {
    if (this.#opening !== undefined) {
      return this.#opening.then(() => this.capture(subject, payload));
    }
    if (this.#streams.size === 0) return undefined;
    const stream = this.#keeperOf(subject);
    return stream?.capture(publishOf(subject, payload));
  }

  /** Returns whether `capture` would keep a message, as far as is known. */
  wants(subject: string): boolean {
    if (this.#opening !== undefined) return true;
    return this.#streams.size > 0 && this.#keeperOf(subject) !== undefined;
  }

  #keeperOf(subject: string): KeptStream | undefined {
    const known = this.#bySubject.get(subject);
    if (known !== undefined || this.#bySubject.has(subject)) return known;
    if (this.#bySubject.size >= MAX_REMEMBERED) this.#bySubject.clear();
    let keeper: KeptStream | undefined;
    for (const stream of this.#streams.values()) {
      if (stream.keeps(subject)) keeper = stream;
    }
    this.#bySubject.set(subject, keeper);
    return keeper;
  }

  /**
   * Creates a stream, or returns the one of that name.
   *
   * @throws {StreamConfigError} as a rejection, if it exists with other options,
   * or another stream keeps one of its subjects.
   * @throws {StreamStorageError} as a rejection, if the directory cannot be used.
   * @throws {UnsupportedFeatureError} as a rejection, for a durability that needs
   * a directory.
   */
  async stream(name: string, options: StreamOptions): Promise<BusStream> {
    const hasDirectory = this.#options.directory !== undefined;
    const asked = resolveStream(name, options, hasDirectory);
    await this.#ready();
    const there = this.#streams.get(name);
    if (there !== undefined) {
      checkSame(there.config, asked);
      return localStream(there, this.#options.deliver);
    }
    checkApart(asked, [...this.#streams.values()].map(({ config }) => config));
    const place = this.#placeFor(asked);
    const stream = this.#add(asked, place.storage.create(asked), place);
    return localStream(stream, this.#options.deliver);
  }

  #placeFor({ options }: ResolvedStream): Place {
    if (options.durability === "memory") return this.#memory;
    if (this.#disk !== undefined) return this.#disk;
    throw this.#failure;
  }

  /** Returns the names of all streams. */
  async streams(): Promise<readonly string[]> {
    await this.#ready();
    if (this.#failure !== undefined) throw this.#failure;
    return [...this.#streams.keys()];
  }

  /** Returns what all streams hold, and what their consumers have to do. */
  figures(): readonly StreamFigures[] {
    return [...this.#streams.values()].map(figuresOf);
  }

  /** Resolves when all that waited to be written is. */
  async flush(): Promise<void> {
    await this.#opening;
    for (const place of [this.#memory, this.#disk]) place?.queue.flush();
  }

  async #ready(): Promise<void> {
    await this.#opening;
    if (this.#isClosed) throw closed();
  }

  /** Writes what waits, ends all consumers, and closes the file. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#opening;
    for (const stream of this.#streams.values()) stream.saveAll();
    const places = [this.#memory, this.#disk];
    for (const place of places) place?.queue.flush();
    for (const stream of this.#streams.values()) stream.end(closed(), true);
    this.#streams.clear();
    this.#bySubject.clear();
    this.#disk?.storage.close();
    this.#disk = undefined;
  }
}

function closed(): BusClosedError {
  return new BusClosedError("Cannot use a stream: its bus is closed");
}
