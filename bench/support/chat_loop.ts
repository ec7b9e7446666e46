/**
 * Users of the chat service as a loop written by hand: what a load generator
 * does at the least.
 *
 * @module
 */

import {
  type ActorSystem,
  ConnectionClosedError,
  ConnectionPool,
  type LogicalConnection,
} from "../../mod.ts";
import { Distribution } from "../../src/metrics/distribution.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What came of the loop. */
export interface LoopResult {
  readonly operations: number;
  readonly latency: Distribution;
}

/** So many users say one of the texts after the other, for so long. */
export async function sayForAWhile(
  system: ActorSystem,
  port: number,
  users: number,
  texts: readonly string[],
  durationMs: number,
): Promise<LoopResult> {
  await using pool = new ConnectionPool(system);
  const latency = new Distribution();
  const lines = texts.map((text) =>
    encoder.encode(JSON.stringify({ type: "say", text }))
  );
  const until = performance.now() + durationMs;
  let operations = 0;
  await Promise.all(Array.from({ length: users }, async () => {
    const user = new User(await pool.connect({ port }));
    let beganAt = performance.now();
    while (beganAt < until) {
      const line = lines[Math.floor(Math.random() * lines.length)];
      if (line !== undefined) await user.say(line);
      const now = performance.now();
      latency.record(now - beganAt);
      operations++;
      beganAt = now;
    }
    await user.close();
  }));
  return { operations, latency };
}

/** One user, who hears what others say and waits for its own. */
class User {
  readonly #connection: LogicalConnection;
  readonly #reading: Promise<void>;
  #waiting: (() => void) | undefined;

  constructor(connection: LogicalConnection) {
    this.#connection = connection;
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    let message: Uint8Array | undefined;
    while ((message = await this.#connection.receive()) !== undefined) {
      // What others say while this one does not wait need not be understood.
      if (this.#waiting === undefined) continue;
      const { type, text } = JSON.parse(decoder.decode(message));
      if (type !== "said") continue;
      if (typeof text !== "string") throw new TypeError("There is no text");
      this.#waiting();
      this.#waiting = undefined;
    }
  }

  async say(line: Uint8Array): Promise<void> {
    const said = new Promise<void>((resolve) => this.#waiting = resolve);
    await this.#connection.send(line);
    await said;
  }

  async close(): Promise<void> {
    await this.#connection.close();
    await this.#reading.catch((error) => {
      if (!(error instanceof ConnectionClosedError)) throw error;
    });
  }
}
