/**
 * Very many connections: all are answered, what each takes is printed, and all
 * of it comes back. Both sides have processes of their own.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Address } from "../../src/session/options.ts";
import { bounded } from "../support/net.ts";
import { ChildProcess } from "../support/child_process.ts";
import { maxDescriptors, megabytes, type Memory } from "../support/memory.ts";
import type { ServerReport } from "../support/memory_server.ts";
import type { ClientReport, Scale } from "../support/scale_client.ts";
import { isSlow } from "../support/slow.ts";

/** Descriptors that a process has for itself. */
const OWN_DESCRIPTORS = 100;
/**
 * What may be in use after all is closed beyond what was before: the spare
 * segments of a process, and its compiled code.
 */
const MAX_LEFT_BYTES = 12_000_000;

interface Sides {
  readonly client: ClientReport;
  readonly server: ServerReport;
}

function inUse({ heap, external }: Memory): number {
  return heap + external;
}

/** What each of `count` takes. */
function perEach(before: Sides, after: Sides, count: number): string {
  const sides = (["client", "server"] as const).map((side) => {
    const [from, to] = [before[side].memory, after[side].memory];
    const rss = Math.round((to.rss - from.rss) / count);
    const used = Math.round((inUse(to) - inUse(from)) / count);
    return `${side} ${used} bytes in use, ${rss} of RSS`;
  });
  return `${count}: for each ${sides.join("; ")}`;
}

async function scale(
  connections: number,
  isEachASocket: boolean,
): Promise<void> {
  await using server = new ChildProcess("memory_server.ts");
  await using client = new ChildProcess("scale_client.ts");
  const address = await server.ask<Required<Address>>("listen", {
    maxStreams: connections,
  });
  const open = (connections: number) => {
    const sockets = isEachASocket ? connections : 1;
    return client.ask("open", { address, connections, sockets } as Scale);
  };
  const close = async () => {
    await client.ask("close");
    await server.ask("gone");
  };
  const report = async (): Promise<Sides> => ({
    client: await client.ask<ClientReport>("report"),
    server: await server.ask<ServerReport>("report"),
  });

  // What the first ones make is kept: compiled code, tables, segments.
  await open(100);
  await close();
  const before = await report();
  await open(connections);
  const during = await report();
  console.log(perEach(before, during, connections));
  assertEquals(during.client.sockets, isEachASocket ? connections : 1);
  assertEquals(during.server.sockets, during.client.sockets);
  assertEquals(during.server.serving, connections);
  await close();
  const after = await report();
  assertEquals(after.server.serving, 0);
  for (const side of ["client", "server"] as const) {
    assertEquals(
      after[side].socketDescriptors,
      before[side].socketDescriptors,
    );
    const left = inUse(after[side].memory) - inUse(before[side].memory);
    assert(left < MAX_LEFT_BYTES, `${side}: ${megabytes(left)} are left`);
  }
}

Deno.test(
  "very many logical connections on one socket are answered, and leave nothing",
  bounded,
  () => scale(isSlow ? 10_000 : 300, false),
);

Deno.test(
  "very many sockets of one server are answered, and leave nothing",
  bounded,
  async () => {
    const wanted = isSlow ? 5000 : 150;
    const limit = maxDescriptors();
    const sockets = Math.min(wanted, limit - OWN_DESCRIPTORS);
    if (sockets < wanted) {
      console.log(
        `${sockets} sockets, not ${wanted}: a process may have ${limit} descriptors here (ulimit -n)`,
      );
    }
    await scale(sockets, true);
  },
);
