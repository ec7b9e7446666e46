/**
 * Conversations over a socket that is cut again and again: numbered messages,
 * both ways at once, each of them checked.
 *
 * @module
 */
import { ActorSystem } from "../../src/actor/system.ts";
import { listen } from "../../src/tcp/listener.ts";
import type { LogicalConnection } from "../../src/session/logical_connection.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { FaultProxy } from "./fault_proxy.ts";
import {
  Checker,
  type Faults,
  meanBytes,
  messageOf,
  noFaults,
} from "./numbered_messages.ts";
import { randomFrom } from "./random.ts";

/** How hard it blows. */
export interface StormOptions {
  /** Logical connections, each with messages both ways. */
  readonly connections: number;
  /** Messages of each connection in each direction. */
  readonly messages: number;
  /** The longest message, in bytes; at least 8. Most are much shorter. */
  readonly maxBytes: number;
  /** Cuts, at random places of the stream of bytes. */
  readonly cuts: number;
  /** Where the random numbers begin. */
  readonly seed: number;
  /** Says no more when it aborts; what was said is still waited for. */
  readonly signal?: AbortSignal;
  /** Told of each cut and each thousandth message. */
  readonly onProgress?: (report: StormReport) => void;
  /**
   * Called when all is quiet: at a quarter, a half and three quarters of the
   * way, and at its end. Nothing is said until it has returned.
   */
  readonly onQuarter?: (quarter: number) => Promise<void>;
}

/** What has come of it so far. */
export interface StormReport {
  /** Messages that were sent. */
  sent: number;
  /** Messages that arrived. */
  received: number;
  /** Cuts that were made. */
  cuts: number;
  /** Sockets that the proxy has seen. */
  sockets: number;
  /** Sockets that went on with the session. */
  resumes: number;
  /** Milliseconds from each cut until the dialler was connected again. */
  readonly resumeMs: number[];
  /** What is wrong with the messages, in numbers. */
  readonly faults: Faults;
  /** What went wrong, in words; empty if nothing did. */
  readonly errors: string[];
}

/** Blows, and answers when all is said or something went wrong. */
export async function storm(options: StormOptions): Promise<StormReport> {
  const report: StormReport = {
    sent: 0,
    received: 0,
    cuts: 0,
    sockets: 0,
    resumes: 0,
    resumeMs: [],
    faults: noFaults(),
    errors: [],
  };
  const talks = new Talks(options, report);
  /** When the session lost its socket, until it has another. */
  let cutAt: number | undefined;

  await using system = new ActorSystem();
  const served: Promise<void>[] = [];
  await using listener = listen(system, {
    port: 0,
    serve(connection) {
      const talking = talks.talk(connection, "to_dialler");
      served.push(talking);
      return talking;
    },
  });
  await using proxy = new FaultProxy(listener.address);
  await using pool = new ConnectionPool(system, {
    backoff: { initialMs: 1, maxMs: 5 },
    // A cut may fall into the first handshake.
    retryMs: 10_000,
    onState({ phase }) {
      if (phase !== "connected" || cutAt === undefined) return;
      report.resumeMs.push(performance.now() - cutAt);
      cutAt = undefined;
    },
  });

  let isOver = false;
  /** Ends the wait for a cut that is on. */
  let stopWaiting = (): void => {};
  options.signal?.addEventListener("abort", stopCutting);
  const cutting = cutAgainAndAgain();
  await Promise.all(
    Array.from({ length: options.connections }, async (_, index) => {
      const id = `conversation-${index}`;
      const connection = await pool.connect(proxy.address, { id });
      await talks.talk(connection, "to_target");
    }),
  );
  await Promise.all(served);
  stopCutting();
  await cutting;
  note();
  talks.end();
  return report;

  function note(): void {
    report.sockets = proxy.accepted;
    report.resumes = listener.stats().resumes;
    options.onProgress?.(report);
  }

  function stopCutting(): void {
    isOver = true;
    stopWaiting();
  }

  /** Unless it is over. A promise for ever would gather all that raced it. */
  function unlessOver<T>(promise: Promise<T>): Promise<T | undefined> {
    const { promise: stopped, resolve } = Promise.withResolvers<undefined>();
    stopWaiting = () => resolve(undefined);
    if (isOver) resolve(undefined);
    return Promise.race([promise, stopped]);
  }

  async function cutAgainAndAgain(): Promise<void> {
    const { connections, messages, maxBytes, cuts } = options;
    const random = randomFrom(options.seed);
    const total = connections * messages * (meanBytes(maxBytes) + 8);
    while (report.cuts < cuts) {
      const direction = random() < 0.5 ? "to_target" : "to_dialler";
      const link = await unlessOver(proxy.connections.next());
      if (link === undefined) return;
      // Spread over what is left to say, with room for an estimate that errs.
      const left = Math.max(0, total - proxy.forwarded[direction]);
      const gap = 1.6 * random() * left / (cuts - report.cuts + 1);
      proxy.cutAfter(1 + Math.floor(gap), direction);
      const cut = link.closed.then(() => cutAt ??= performance.now());
      if (await unlessOver(cut) === undefined) return;
      report.cuts++;
      note();
    }
  }
}

/** What is said over all connections. */
class Talks {
  readonly #options: StormOptions;
  readonly #report: StormReport;
  /** By connection and direction, what was sent. */
  readonly #sent = new Map<string, number>();
  readonly #checkers = new Map<string, Checker>();
  /** Opens when the next quarter may be said. */
  #gate = Promise.withResolvers<void>();
  #quarter = 0;

  constructor(options: StormOptions, report: StormReport) {
    this.#options = options;
    this.#report = report;
    options.signal?.addEventListener("abort", () => this.#openGate(4));
  }

  /** Talks and listens until both sides have said everything. */
  async talk(
    connection: LogicalConnection,
    direction: "to_target" | "to_dialler",
  ): Promise<void> {
    const other = direction === "to_target" ? "to_dialler" : "to_target";
    try {
      await Promise.all([
        this.#sendAll(connection, `${connection.id} ${direction}`),
        this.#receiveAll(connection, `${connection.id} ${other}`),
      ]);
    } catch (error) {
      this.#fail(`${connection.id}: ${error}`);
    }
  }

  /** Compares what came with what was sent. */
  end(): void {
    for (const [key, sent] of this.#sent) {
      const checker = this.#checkers.get(key) ??
        new Checker(0, this.#report.faults);
      checker.end(sent);
    }
    for (const [fault, count] of Object.entries(this.#report.faults)) {
      if (count > 0) this.#report.errors.push(`${fault}: ${count}`);
    }
  }

  async #sendAll(connection: LogicalConnection, key: string): Promise<void> {
    const { messages, maxBytes, signal, onQuarter } = this.#options;
    for (let number = 0; number < messages; number++) {
      while (onQuarter !== undefined && number >= this.#due) {
        await this.#gate.promise;
      }
      if (signal?.aborted) break;
      await connection.send(messageOf(number, maxBytes));
      this.#sent.set(key, number + 1);
      this.#report.sent++;
    }
    await connection.closeWrite();
  }

  async #receiveAll(connection: LogicalConnection, key: string): Promise<void> {
    const { maxBytes, onProgress } = this.#options;
    const checker = new Checker(maxBytes, this.#report.faults);
    this.#checkers.set(key, checker);
    for await (const message of connection) {
      if (!checker.take(message)) this.#openGate(4);
      if (++this.#report.received % 1000 === 0) onProgress?.(this.#report);
      await this.#lookAtQuarter();
    }
  }

  /** Messages of each connection and direction, up to the next quarter. */
  get #due(): number {
    return Math.ceil(this.#options.messages * (this.#quarter + 1) / 4);
  }

  async #lookAtQuarter(): Promise<void> {
    const { connections, onQuarter } = this.#options;
    while (this.#report.received === 2 * connections * this.#due) {
      const quarter = this.#quarter + 1;
      if (quarter > 4) return;
      await onQuarter?.(quarter);
      this.#openGate(quarter);
    }
  }

  #openGate(quarter: number): void {
    this.#quarter = Math.max(this.#quarter, quarter);
    this.#gate.resolve();
    this.#gate = Promise.withResolvers();
  }

  #fail(text: string): void {
    this.#report.errors.push(text);
    this.#openGate(4);
  }
}
