/**
 * What a page and a server say to each other of a counter.
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
} from "../../../src/remote/mod.ts";

/** The operations of a counter. */
export const Counter: Protocol<{
  readonly add: Command<{ by: number }>;
  readonly read: Request<void, number>;
}> = protocol("counter/1", {
  add: command<{ by: number }>(),
  read: request<void, number>(),
});
