/**
 * What a reader of JetStream can know of messages that were removed before it
 * had them. Numbers say so only of a consumer without a filter, and only while
 * no other reader has had what lies between.
 *
 * @module
 */

/** Where a reader is. */
export interface GapState {
  /** The number up to which messages were delivered, or removed. */
  readonly sequence: number;
  /** The number of the last delivery, to whatever reader. */
  readonly consumerSequence: number;
}

/** The numbers of a delivery. */
interface Numbers {
  readonly sequence: number;
  readonly consumerSequence: number;
  readonly deliveries: number;
}

/** Returns the messages that are missing before one, and where a reader is. */
export function gapBefore(
  state: GapState,
  message: Numbers,
): { readonly gap: number; readonly state: GapState } {
  const { sequence, consumerSequence, deliveries } = message;
  const isNext = consumerSequence === state.consumerSequence + 1;
  return {
    gap: isNext && deliveries === 1
      ? Math.max(0, sequence - state.sequence - 1)
      : 0,
    state: {
      sequence: Math.max(sequence, state.sequence),
      consumerSequence,
    },
  };
}
