/**
 * What all subscriptions of a bus on this side have done.
 *
 * @module
 */
import type { SubscriptionOverflow } from "../subscription.ts";

/** Totals of the subscriptions of a bus, those that have ended included. */
export class DeliveryCounters {
  /** Messages that were read, or handled. */
  delivered = 0;
  /** Messages that could not be decoded. */
  undecodable = 0;
  /** Messages that were dropped, by the policy that has dropped them. */
  readonly dropped: Record<SubscriptionOverflow, number> = {
    drop_oldest: 0,
    drop_newest: 0,
    latest: 0,
    wait: 0,
    disconnect: 0,
  };

  /** All messages that were dropped. */
  get allDropped(): number {
    return Object.values(this.dropped).reduce((sum, count) => sum + count);
  }
}
