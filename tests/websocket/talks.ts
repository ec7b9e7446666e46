/**
 * Conversations with a program elsewhere, over a proxy that cuts them.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { LogicalConnection } from "../../src/session/logical_connection.ts";
import type { FaultProxy } from "../support/fault_proxy.ts";
import { forBrowsers } from "../../src/web/page/build.ts";
import { Happenings } from "../support/happenings.ts";
import { meanBytes, noFaults } from "../support/numbered_messages.ts";
import { randomFrom } from "../support/random.ts";
import { talk, type TalkReport } from "./modules/talk.ts";

/** How much is said each way, and how often it is cut. */
export interface TalkSize {
  readonly messages: number;
  readonly cuts: number;
  readonly maxBytes: number;
}

/** The size of a conversation, which the slow tests have in full. */
export function sizeOf(isSlow: boolean): TalkSize {
  return isSlow
    ? { messages: 20_000, cuts: 100, maxBytes: 100_000 }
    : { messages: 2000, cuts: 10, maxBytes: 100_000 };
}

/** Returns a module of the tests as JavaScript, with all that it imports. */
export async function bundleModule(name: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--platform",
      "browser",
      new URL(`modules/${name}`, import.meta.url).href,
    ],
  }).output();
  const decoder = new TextDecoder();
  assert(success, decoder.decode(stderr));
  return forBrowsers(decoder.decode(stdout));
}

/** One conversation, of which this process has the serving end. */
export class Talk {
  readonly #size: TalkSize;
  readonly #served = new Happenings<Promise<TalkReport>>();

  constructor(size: TalkSize) {
    this.#size = size;
  }

  /** Serves the other end. */
  readonly serve = async (connection: LogicalConnection): Promise<void> => {
    const talking = talk(connection, this.#size.messages, this.#size.maxBytes);
    // It is awaited, unless the other end has failed before.
    talking.catch(() => {});
    this.#served.push(talking);
    await talking;
  };

  /** Cuts until both ends have said everything, and checks what has come. */
  async check(
    proxy: FaultProxy,
    elsewhere: Promise<TalkReport>,
  ): Promise<void> {
    const over = Promise.withResolvers<undefined>();
    const cutting = cutAtRandom(proxy, this.#size, over.promise);
    try {
      const here = await Promise.race([
        this.#served.next(),
        // If it fails before.
        elsewhere.then(() => this.#served.next()),
      ]);
      const expected = { received: this.#size.messages, faults: noFaults() };
      assertEquals(await elsewhere, expected);
      assertEquals(here, expected);
    } finally {
      over.resolve(undefined);
      await cutting;
    }
    assertEquals(await cutting, this.#size.cuts);
  }
}

/** Cuts at random places of what is said; returns how often. */
async function cutAtRandom(
  proxy: FaultProxy,
  { messages, cuts, maxBytes }: TalkSize,
  over: Promise<undefined>,
): Promise<number> {
  const random = randomFrom(14);
  const total = messages * (meanBytes(maxBytes) + 8);
  const before = { ...proxy.forwarded };
  let count = 0;
  while (count < cuts) {
    const direction = random() < 0.5 ? "to_target" : "to_dialler";
    const link = await Promise.race([proxy.connections.next(), over]);
    if (link === undefined) break;
    const done = proxy.forwarded[direction] - before[direction];
    const gap = 1.2 * random() * Math.max(0, total - done) / (cuts - count + 1);
    proxy.cutAfter(1 + Math.floor(gap), direction);
    const cut = await Promise.race([link.closed.then(() => true), over]);
    if (cut === undefined) break;
    count++;
  }
  return count;
}
