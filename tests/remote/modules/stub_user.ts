/**
 * What a program in Node, or a page, does with a stub; bundled by a test.
 *
 * @module
 */
import "../../../src/websocket/client/missing.ts";
import {
  type Command,
  command,
  connectActor,
  type Protocol,
  protocol,
  type Request,
  request,
  type Stream,
  stream,
} from "../../../src/remote/mod.ts";
import { connectNode } from "../../../src/websocket/connect_node.ts";

/** What is called from elsewhere. */
export const Log: Protocol<{
  note: Command<number>;
  count: Request<void, number>;
  numbers: Stream<number, number>;
}> = protocol("log/1", {
  note: command<number>(),
  count: request<void, number>(),
  numbers: stream<number, number>(),
});

/** Notes so many numbers, and returns what came of it. */
export async function useStub(
  address: { readonly hostname: string; readonly port: number },
  count: number,
): Promise<{ readonly noted: number; readonly numbers: number[] }> {
  const client = connectNode(address, {
    backoff: { initialMs: 1, maxMs: 5 },
    retryMs: 10_000,
  });
  const stub = await connectActor(client, Log, { timeoutMs: 60_000 });
  for (let n = 0; n < count; n++) {
    while (!stub.note(n)) await stub.ready();
    if (n % 100 === 0) await stub.count();
  }
  const numbers: number[] = [];
  for await (const n of stub.numbers(100)) numbers.push(n);
  const noted = await stub.count();
  await stub.close();
  await client.close();
  return { noted, numbers };
}
