/**
 * A counter in another process, as Troupe's contestant has it: an actor behind
 * a protocol, and the stub of it. Run as a program, it is the server.
 *
 * @module
 */

import {
  ActorSystem,
  ConnectionPool,
  listen,
  type ReplyTo,
} from "../../mod.ts";
import {
  type Command,
  command,
  connectActor,
  expose,
  implement,
  type Protocol,
  protocol,
  type Request,
  request,
  type Stub,
} from "../../src/remote/mod.ts";
import { announce } from "./peer_process.ts";

/** A counter that is told to add, and asked for its total. */
export interface RemoteCounter extends AsyncDisposable {
  /** Adds 1 so many times; resolves with the total when all have arrived. */
  addAll(count: number): Promise<number>;
  /** Asks for the total. */
  read(): Promise<number>;
}

const Counter: Protocol<
  { add: Command<{ by: number }>; read: Request<void, number> }
> = protocol("counter/1", {
  add: command<{ by: number }>(),
  read: request<void, number>(),
});

/** The stub of an actor in another process. */
export class TroupeCounter implements RemoteCounter {
  readonly #system: ActorSystem;
  readonly #stub: Stub<typeof Counter>;

  private constructor(system: ActorSystem, stub: Stub<typeof Counter>) {
    this.#system = system;
    this.#stub = stub;
  }

  /** Connects to this file's server. */
  static async connect(port: number): Promise<TroupeCounter> {
    const system = new ActorSystem();
    const pool = new ConnectionPool(system);
    const stub = await connectActor(pool.peer({ port }), Counter);
    return new TroupeCounter(system, stub);
  }

  async addAll(count: number): Promise<number> {
    const stub = this.#stub;
    for (let i = 0; i < count; i++) {
      while (!stub.add({ by: 1 })) await stub.ready();
    }
    await stub.ready();
    return await stub.read(undefined, { timeoutMs: 60_000 });
  }

  read(): Promise<number> {
    return this.#stub.read();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stub.close();
    await this.#system.shutdown();
  }
}

type CounterMessage =
  | { readonly type: "add"; readonly by: number }
  | { readonly type: "read"; readonly replyTo: ReplyTo<number> };

if (import.meta.main) {
  const system = new ActorSystem();
  const counter = system.spawn<CounterMessage>(() => {
    let total = 0;
    return {
      receive(message) {
        if (message.type === "add") total += message.by;
        else message.replyTo.tell(total);
      },
    };
  });
  const listener = listen(system, {
    port: 0,
    ...expose(system, [
      implement(Counter, counter, {
        add: ({ by }) => ({ type: "add", by }),
        read: (_, replyTo) => ({ type: "read", replyTo }),
      }),
    ]),
  });
  await announce(listener.address.port);
}
