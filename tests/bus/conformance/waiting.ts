/**
 * How the tests of a bus wait for what must happen.
 *
 * @module
 */
import type {
  BusMessage,
  Consumer,
  StreamMessage,
  Subscription,
} from "../../../src/bus/mod.ts";

/** A time after which a test hangs, and says so. */
const HANGS_MS = 60_000;

/** Waits until something is so. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  what: string,
): Promise<void> {
  const end = performance.now() + HANGS_MS;
  while (!await isSo()) {
    if (performance.now() > end) throw new Error(`It hangs: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Returns the next message, which must come. */
export async function next<T, R>(
  subscription: Subscription<T, R>,
): Promise<BusMessage<T, R>> {
  const message = await subscription.receive();
  if (message === undefined) throw new Error("The subscription has ended");
  return message;
}

/** Returns the values of the next messages, of which there must be so many. */
export async function take<T, R>(
  subscription: Subscription<T, R>,
  count: number,
): Promise<T[]> {
  const values: T[] = [];
  while (values.length < count) values.push((await next(subscription)).value);
  return values;
}

/** Waits until a subscription has seen so many messages, kept or not. */
export async function arrived<T, R>(
  subscription: Subscription<T, R>,
  count: number,
): Promise<void> {
  await until(() => {
    const { delivered, pending, dropped } = subscription.stats();
    return delivered + pending + dropped >= count;
  }, `${count} messages arrive at ${subscription.pattern}`);
}

/** Returns the next message of a stream, which must come. */
export async function nextOf<T>(
  consumer: Consumer<T>,
): Promise<StreamMessage<T>> {
  const message = await consumer.receive();
  if (message === undefined) throw new Error("The consumer has ended");
  return message;
}

/** Acknowledges the next messages, and returns their values. */
export async function work<T>(
  consumer: Consumer<T>,
  count: number,
): Promise<T[]> {
  const values: T[] = [];
  while (values.length < count) {
    const message = await nextOf(consumer);
    values.push(message.value);
    await message.ack();
  }
  return values;
}
