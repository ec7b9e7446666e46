/**
 * The work of the actor comparisons: one counter, told and asked, in Troupe
 * and in its peers. All run in this process.
 *
 * @module
 */

/** A counter that runs somewhere behind a mailbox. */
export interface CounterPeer extends AsyncDisposable {
  /** Tells it to add one. */
  add(): void;
  /** Asks for the total: all that was told before has been handled then. */
  total(): Promise<number>;
}

/** Messages told before the total is asked for; below every mailbox bound. */
const TELLS = 5_000;
const BATCHES = 40;
const ASKS = 20_000;

/** Nanoseconds a message, through mailbox and handler. */
export async function tellNanos(counter: CounterPeer): Promise<number> {
  const before = await counter.total();
  const start = performance.now();
  let after = before;
  for (let batch = 0; batch < BATCHES; batch++) {
    for (let i = 0; i < TELLS; i++) counter.add();
    after = await counter.total();
  }
  const elapsedMs = performance.now() - start;
  if (after - before !== TELLS * BATCHES) {
    throw new Error(
      `Cannot measure: ${TELLS * BATCHES} were told, ${after - before} counted`,
    );
  }
  return elapsedMs * 1e6 / (TELLS * BATCHES);
}

/** Nanoseconds from an ask to its answer, one after the other. */
export async function askNanos(counter: CounterPeer): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < ASKS; i++) await counter.total();
  return (performance.now() - start) * 1e6 / ASKS;
}
