/**
 * A page that uses a bus and an actor of its server, as an application would
 * bundle it.
 *
 * @module
 */
import { connectBus } from "../../../src/bus/mod.ts";
import { connectActor } from "../../../src/remote/mod.ts";
import { connectWeb } from "../../../src/websocket/connect_web.ts";
import { Counter } from "./counter.ts";

/** Counts on the server, and returns what it has counted there. */
export async function count(url: string, times: number): Promise<number> {
  const client = connectWeb(url, { backoff: { initialMs: 1, maxMs: 5 } });
  const counter = await connectActor(client, Counter);
  let total = 0;
  for (let i = 0; i < times; i++) {
    while (!counter.add({ by: 1 })) await counter.ready();
    if (i % 10 === 9) total = await counter.read();
  }
  await counter.close();
  await client.close();
  return total;
}

/** Publishes numbers, and returns those that it hears of a subject. */
export async function hear(url: string, times: number): Promise<unknown[]> {
  const client = connectWeb(url, { backoff: { initialMs: 1, maxMs: 5 } });
  const bus = await connectBus(client);
  const numbers = bus.subscribe("numbers.*");
  await numbers.ready;
  bus.publish("ready", times);
  await bus.flush();
  const heard: unknown[] = [];
  while (heard.length < times) {
    const message = await numbers.receive();
    if (message === undefined) break;
    heard.push(message.value);
  }
  await client.close();
  return heard;
}
