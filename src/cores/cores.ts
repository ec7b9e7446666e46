/**
 * A program on all cores: workers that each run the same module, supervised as
 * actors of the program's system are.
 *
 * ```
 * system
 * └─ cores (one_for_one, with back-off)
 *    ├─ core-0    keeps a worker thread, with an actor system of its own
 *    └─ core-1
 * ```
 *
 * @module
 */
import {
  type ActorSystem,
  type AskOptions,
  child,
  supervisor,
  TroupeError,
} from "../actor/mod.ts";
import { callGuarded, report, spawnNamed } from "../actor/internal.ts";
import { checkInteger, checkMethods } from "../checks/internal.ts";
import { addHandler } from "./channel.ts";
import { coreActor, killAfterMs } from "./core_actor.ts";
import { DIAL, RELAY, TOTALS, WORKER_GONE } from "./core_calls.ts";
import { CoreSeat } from "./core_seat.ts";
import type { CoreTopic, HandledTopic } from "./core_topic.ts";
import type { CoreReply, Cores } from "./cores_handle.ts";
import { listenToWorkers } from "./main_sessions.ts";
import { WorkerPorts } from "./port_network.ts";
import { relay } from "./relay_call.ts";
import { coresStats, infoOf } from "./cores_stats.ts";
import {
  checkModule,
  type CoresOptions,
  fileOf,
  resolveCoresOptions,
} from "./cores_options.ts";
import { portMemory } from "./shared_ports.ts";

/**
 * Starts workers that each run `module`, and supervises them as actors of
 * `system`. A worker that fails, exits or no longer responds is started again;
 * the others go on. Resolves when all have started.
 *
 * @param module The module whose default export, a {@linkcode CoreMain}, is
 * called in each worker.
 * @param options May be left out; each option has its default.
 * @throws {CoreStartError} as a rejection, if a worker does not start.
 * @throws {TypeError} as a rejection, for an option of the wrong type.
 * @throws {RangeError} as a rejection, for an option that is out of its range.
 *
 * @example
 * ```ts ignore
 * import { ActorSystem } from "@troupe/troupe";
 * import { cores } from "@troupe/troupe/cores";
 *
 * await using system = new ActorSystem();
 * await using service = await cores(
 *   system,
 *   new URL("./service.ts", import.meta.url),
 *   { data: { port: 9000 } },
 * );
 * await service.closed;
 * ```
 */
export async function cores<Data = unknown>(
  system: ActorSystem,
  module: URL | string,
  options: CoresOptions<Data> = {},
): Promise<Cores> {
  checkMethods("system", system, ["spawn", "tree"], "an ActorSystem");
  const href = checkModule(module);
  const settings = resolveCoresOptions(options);
  const { count, spread, startMs, shutdownMs, unresponsiveMs } = settings;
  const handlers = new Map<string, HandledTopic>();
  for (const handled of settings.handlers) handlers.set(handled.name, handled);
  const seats = Array.from(
    { length: count },
    (_, index) =>
      new CoreSeat(index, (state) => {
        callGuarded(
          () => settings.onState(state),
          (cause) => report("The onState of cores() has failed:", cause),
        );
      }),
  );
  addHandler(
    handlers,
    RELAY.handledBy((request, from) => relay(seats, request, from)),
  );
  const ports = portMemory();
  const workerPorts = new WorkerPorts();
  addHandler(
    handlers,
    DIAL.handledBy(({ port }, from) => {
      if (settings.sessions !== undefined) return workerPorts.take(port, from);
      port.close();
      throw new TroupeError("the option sessions of cores() is missing");
    }),
  );
  const sessions = settings.sessions === undefined
    ? undefined
    : listenToWorkers(system, workerPorts, settings.sessions);
  const root = spawnNamed(
    system,
    `all cores ${fileOf(href)}`,
    supervisor({
      backoff: settings.backoff,
      maxRestarts: Infinity,
      children: seats.map((seat) =>
        child({
          name: `core-${seat.index}`,
          startMs,
          shutdownMs: killAfterMs(shutdownMs),
          behavior: coreActor({
            seat,
            unresponsiveMs,
            handlers,
            onGone(worker) {
              workerPorts.onGone(worker.index);
              for (const { channel } of seats) {
                channel?.tell(WORKER_GONE, worker);
              }
            },
            start: {
              module: href,
              index: seat.index,
              count,
              spread,
              shutdownMs,
              ports,
              data: options.data,
            },
          }),
        })
      ),
    }),
  );
  const closed = root.stopped.then(async () => {
    // One whose start has failed has no life that could wait for it.
    await Promise.all(seats.map((seat) => seat.ended));
    await sessions?.close();
    for (const seat of seats) if (seat.phase !== "stuck") seat.enter("stopped");
  });
  const close = (): Promise<void> => {
    root.stop();
    return closed;
  };
  try {
    await Promise.all(seats.map((seat) => seat.firstStart.promise));
  } catch (error) {
    await close();
    throw error;
  }

  function seatOf(index: number): CoreSeat {
    checkInteger("index", index, { min: 0, max: count - 1 });
    const seat = seats[index];
    if (seat === undefined) throw new RangeError(`No worker ${index}`);
    return seat;
  }

  async function askAll<Request, Reply>(
    topic: CoreTopic<Request, Reply>,
    request: Request,
    askOptions?: AskOptions,
  ): Promise<CoreReply<Reply>[]> {
    return await Promise.all(seats.map(async (seat) => {
      const { index } = seat;
      try {
        const value = await seat.running.ask(topic, request, askOptions);
        return { index, value };
      } catch (error) {
        return { index, error };
      }
    }));
  }

  return {
    count,
    spread,
    closed,
    get workers() {
      return seats.map(infoOf);
    },
    handle: (topic, handler) => addHandler(handlers, topic.handledBy(handler)),
    async ask(index, topic, request, askOptions) {
      return await seatOf(index).running.ask(topic, request, askOptions);
    },
    askAll,
    async stats(askOptions) {
      const replies = await askAll(TOTALS, undefined, askOptions);
      return coresStats(spread, seats, replies);
    },
    tell(index, topic, request) {
      return seatOf(index).channel?.tell(topic, request) ?? false;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
