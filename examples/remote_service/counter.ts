/**
 * What the service and its client both know.
 *
 * @module
 */
import {
  type Command,
  command,
  type Protocol,
  protocol,
  type Request,
  request,
  type Stream,
  stream,
} from "@troupe/troupe/remote";

/** The operations of a counter, as types. */
export type CounterOperations = {
  readonly add: Command<{ by: number }>;
  readonly read: Request<void, number>;
  readonly countdown: Stream<number, number>;
};

/** A counter that can be told, asked and listened to. */
export const Counter: Protocol<CounterOperations> = protocol("counter/1", {
  add: command<{ by: number }>(),
  read: request<void, number>(),
  countdown: stream<number, number>(),
});
