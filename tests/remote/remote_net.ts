/**
 * A service and a pool in one system, over real sockets, with a proxy between
 * them that fails on command.
 *
 * @module
 */
import type { Behavior } from "../../src/actor/behavior.ts";
import type { ActorRef, ReplyTo } from "../../src/actor/ref.ts";
import {
  type Command,
  command,
  connectActor,
  type ConnectActorOptions,
  expose,
  type Exposed,
  type ExposeOptions,
  implement,
  type Implementation,
  type Protocol,
  protocol,
  type Request,
  request,
  type Stub,
} from "../../src/remote/mod.ts";
import type { PoolOptions } from "../../src/tcp/pool_options.ts";
import type { ListenOptions } from "../../src/tcp/listen_options.ts";
import { Happenings } from "../support/happenings.ts";
import { ProxiedNet } from "../support/proxied_net.ts";

/** A counter, as the tests know it. */
export const Counter: Protocol<
  { add: Command<{ by: number }>; read: Request<void, number> }
> = protocol("counter/1", {
  add: command<{ by: number }>(),
  read: request<void, number>(),
});

/** What its actor takes. */
export type CounterMessage =
  | { readonly type: "add"; readonly by: number }
  | { readonly type: "read"; readonly replyTo: ReplyTo<number> }
  | { readonly type: "crash" };

/** Counts what it is told. */
export const counter: Behavior<CounterMessage> = () => {
  let total = 0;
  return {
    receive(message) {
      switch (message.type) {
        case "add":
          total += message.by;
          break;
        case "read":
          message.replyTo.tell(total);
          break;
        case "crash":
          throw new RangeError("It crashed, as it was told to");
        default:
          message satisfies never;
      }
    },
  };
};

/** The counter behind its protocol. */
export function counterOf(
  ref: ActorRef<CounterMessage>,
): Implementation<typeof Counter> {
  return implement(Counter, ref, {
    add: ({ by }) => ({ type: "add", by }),
    read: (_, replyTo) => ({ type: "read", replyTo }),
  });
}

/** What a {@linkcode RemoteNet} is made of. */
export interface RemoteNetOptions {
  readonly expose?: ExposeOptions;
  readonly listen?: Partial<ListenOptions>;
  readonly pool?: PoolOptions;
}

/** A service and those who connect to it. */
export class RemoteNet implements AsyncDisposable {
  readonly net: ProxiedNet;
  readonly exposed: Exposed;
  /** What the service says that no client learns of. */
  readonly errors: Happenings<unknown> = new Happenings();

  constructor(
    implementations: (net: ProxiedNet) => readonly Implementation[],
    options: RemoteNetOptions = {},
  ) {
    this.net = new ProxiedNet({
      serve: (connection, context) => this.exposed.serve(connection, context),
      listen: {
        accept: (opening) => this.exposed.accept(opening),
        ...options.listen,
      },
      ...(options.pool === undefined ? {} : { pool: options.pool }),
    });
    this.exposed = expose(this.net.system, implementations(this.net), {
      onError: (error) => this.errors.push(error),
      ...options.expose,
    });
  }

  /** Connects through the proxy. */
  connect<P extends Protocol>(
    protocol: P,
    options?: ConnectActorOptions,
  ): Promise<Stub<P>> {
    const { pool, proxy } = this.net;
    return connectActor(pool.peer(proxy.address), protocol, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.net[Symbol.asyncDispose]();
  }
}
