/**
 * What a user holds of an actor in another process.
 *
 * @module
 */
import { checkNoArguments } from "../checks/internal.ts";
import type { RemoteEnd } from "./client_target.ts";
import type { Given, Operation, OperationTypes } from "./operation.ts";
import { operationList, type Protocol } from "./protocol.ts";
import type { StubHost } from "./stub_host.ts";

/** Options of a request of a stub. */
export interface RemoteAskOptions {
  /** Milliseconds to wait, in place of the `timeoutMs` of the stub. */
  readonly timeoutMs?: number;
  /**
   * Cancels the request, which rejects with the signal's reason; over there,
   * the signal of the handler aborts.
   */
  readonly signal?: AbortSignal;
}

/** Options of a stream of a stub. */
export interface RemoteStreamOptions {
  /**
   * Values that may be on their way or wait to be read, from 1 to 65,536.
   * @default {64}
   */
  readonly window?: number;
  /** Ends the stream, which fails with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The counters of a stub. */
export interface StubStats {
  /** Number of connections that were opened so far. */
  readonly connections: number;
  /** Number of requests and streams that are under way. */
  readonly inFlight: number;
  /** Number of messages that wait to be sent. */
  readonly queued: number;
  /** Bytes of those messages. */
  readonly queuedBytes: number;
  /** Replies and values so far for what had been given up; they were dropped. */
  readonly lateReplies: number;
}

/** What every stub has, besides its operations. */
export interface StubControls extends AsyncDisposable {
  /**
   * Calls back when the actor cannot be called any more: it has `stopped` or
   * `failed`, or is `unavailable` as the connection to it was lost. With
   * `reconnect` the last may happen again and again. Of an actor that is gone
   * it is called soon. Returns a function that takes the watch back.
   */
  watch(listener: (end: RemoteEnd) => void): () => void;
  /**
   * Waits until a command would be accepted: there is room, and a connection.
   * Rejects when the actor cannot be called any more.
   */
  ready(): Promise<void>;
  /** Returns the counters, as they are now. */
  stats(): StubStats;
  /**
   * Releases the actor: what was sent is delivered, requests without a reply
   * reject with `ConnectionClosedError`. The stub that was connected closes its
   * connection; one that was given out releases the actor over there.
   */
  close(): Promise<void>;
}

/** What a caller gets: a stub, where the other side gives out an actor. */
export type ReceivedOf<Op extends Operation> =
  OperationTypes<Op>["received"] extends Given<infer P> ? Stub<P>
    : OperationTypes<Op>["received"];

/** The arguments of an operation: no value is needed where it takes none. */
export type StubArguments<Sent, Options> = [Sent] extends [void]
  ? [value?: undefined, options?: Options]
  : [undefined] extends [Sent] ? [value?: Sent, options?: Options]
  : [value: Sent, options?: Options];

/** The method of a stub for one operation. */
export type StubMethod<Op extends Operation> = Op["kind"] extends "command" ? (
    ...args: [OperationTypes<Op>["sent"]] extends [void] ? []
      : [undefined] extends [OperationTypes<Op>["sent"]]
        ? [value?: OperationTypes<Op>["sent"]]
      : [value: OperationTypes<Op>["sent"]]
  ) => boolean
  : Op["kind"] extends "request" ? (
      ...args: StubArguments<OperationTypes<Op>["sent"], RemoteAskOptions>
    ) => Promise<ReceivedOf<Op>>
  : (
    ...args: StubArguments<OperationTypes<Op>["sent"], RemoteStreamOptions>
  ) => AsyncIterableIterator<ReceivedOf<Op>, void, void>;

/**
 * An actor in another process, with a method for each operation:
 *
 * - a command returns false when it is refused: as many messages wait as may,
 *   the actor is gone, or there is no connection. Otherwise it arrives once and
 *   in order, while the session lives.
 * - a request returns a promise of its reply.
 * - a stream returns what can be iterated, and starts when it is.
 */
export type Stub<P extends Protocol> =
  & {
    readonly [Name in keyof P["operations"]]: StubMethod<
      P["operations"][Name]
    >;
  }
  & StubControls;

/** Makes the stub of a protocol. */
export function createStub(protocol: Protocol, host: StubHost): object {
  const controls: StubControls = {
    watch: (listener) => host.watch(listener),
    async ready(...given: unknown[]) {
      // Whoever gives it a time or a signal expects that to count.
      checkNoArguments("ready()", given);
      await host.ready();
    },
    stats: () => host.stats(),
    close: () => host.close(),
    [Symbol.asyncDispose]: () => host.close(),
  };
  const stub: Record<string | symbol, unknown> = { ...controls };
  operationList(protocol).forEach(({ name, operation }, index) => {
    switch (operation.kind) {
      case "command":
        stub[name] = (value: unknown) => host.tell(index, value);
        break;
      case "request":
        stub[name] = (value: unknown, options?: RemoteAskOptions) =>
          host.ask(index, value, options);
        break;
      case "stream":
        stub[name] = (value: unknown, options?: RemoteStreamOptions) =>
          host.stream(index, value, options);
        break;
      default:
        operation.kind satisfies never;
    }
  });
  return Object.freeze(stub);
}
