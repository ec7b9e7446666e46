/**
 * What a stream and its consumers have to do, as far as it costs nothing to
 * know.
 *
 * @module
 */
import type { KeptStream } from "./kept_stream.ts";

/** The figures of one consumer: gauges first, then a total. */
export interface ConsumerFigures {
  /** The name of the consumer. */
  readonly name: string;
  /**
   * Numbers of the stream that it is not done with. Not every number may be
   * a message of its pattern, or be kept still.
   */
  readonly lag: number;
  /** Messages that were delivered, and neither acknowledged nor given up. */
  readonly pendingAcks: number;
  /** Total of messages that came more than once. */
  readonly redelivered: number;
}

/** The figures of one stream. */
export interface StreamFigures {
  /** The name of the stream. */
  readonly name: string;
  /** Messages that it keeps. */
  readonly messages: number;
  /** Their bytes, of subjects and messages. */
  readonly bytes: number;
  /** The number of its newest message so far; 0 before the first. */
  readonly lastSequence: number;
  /** Its consumers, those without a name of their own included. */
  readonly consumers: readonly ConsumerFigures[];
}

/** Returns the figures of a stream. */
export function figuresOf(stream: KeptStream): StreamFigures {
  const { name, messages, bytes, lastSequence } = stream.info();
  return {
    name,
    messages,
    bytes,
    lastSequence,
    consumers: stream.consumers.map(({ config, state }) => ({
      name: config.name,
      lag: Math.max(0, lastSequence - state.ackFloor),
      pendingAcks: state.pendingAcks,
      redelivered: state.redelivered,
    })),
  };
}
