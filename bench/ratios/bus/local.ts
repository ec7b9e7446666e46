/**
 * The bus in this process beside a plain `EventTarget` with as many listeners:
 * from the publish to the last listener, in nanoseconds for each delivery.
 *
 * @module
 */

import { ActorSystem } from "../../../src/actor/mod.ts";
import { Bus } from "../../../src/bus/mod.ts";
import { type Comparison, contestant, type Start } from "../harness.ts";

/** Deliveries of one round. */
const DELIVERIES = 600_000;
/** Messages that are published before the publisher lets others go on. */
const BURST = 32;
const SUBJECT = "orders.eu.created";

/** What both sides send, and what listeners read of it. */
const ORDER = { order: 7, amount: 1 };

/** Publishes `count` messages; resolves when the last listener has them. */
type Send = (count: number) => Promise<void>;

async function nanosPerDelivery(send: Send, listeners: number) {
  const messages = Math.ceil(DELIVERIES / listeners);
  const start = performance.now();
  for (let left = messages; left > 0; left -= BURST) {
    await send(Math.min(BURST, left));
  }
  return (performance.now() - start) * 1e6 / (messages * listeners);
}

function ours(listeners: number): Start {
  return () => {
    const system = new ActorSystem();
    const bus = new Bus(system);
    let sum = 0;
    let awaited = 0;
    let arrived = () => {};
    for (let listener = 0; listener < listeners; listener++) {
      bus.subscribe(SUBJECT, {
        handler: ({ value }) => {
          sum += (value as typeof ORDER).amount;
          if (sum === awaited) arrived();
        },
      });
    }
    const send: Send = (count) => {
      awaited = sum + count * listeners;
      for (let sent = 0; sent < count; sent++) bus.publish(SUBJECT, ORDER);
      return new Promise((resolve) => arrived = resolve);
    };
    return contestant(() => nanosPerDelivery(send, listeners), system);
  };
}

function eventTarget(listeners: number): Start {
  return () => {
    const target = new EventTarget();
    let sum = 0;
    for (let listener = 0; listener < listeners; listener++) {
      target.addEventListener(SUBJECT, (event) => {
        sum += (event as CustomEvent<typeof ORDER>).detail.amount;
      });
    }
    const send: Send = (count) => {
      const expected = sum + count * listeners;
      for (let sent = 0; sent < count; sent++) {
        target.dispatchEvent(new CustomEvent(SUBJECT, { detail: ORDER }));
      }
      return sum === expected
        ? Promise.resolve()
        : Promise.reject(new Error("an event was lost"));
    };
    return contestant(() => nanosPerDelivery(send, listeners));
  };
}

function toListeners(listeners: number): Comparison {
  return {
    unit: "ns",
    ours: ours(listeners),
    baselines: { "event-target": eventTarget(listeners) },
  };
}

/** To ten listeners. */
export const local: Comparison = toListeners(10);
/** To one listener: what a publish costs by itself. */
export const local1: Comparison = toListeners(1);
/** To as many as the cache of the processor does not hold. */
export const local1000: Comparison = toListeners(1000);
