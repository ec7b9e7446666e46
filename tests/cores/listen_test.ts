import { assert, assertEquals, assertRejects } from "@std/assert";
import { ActorSystem } from "../../src/actor/system.ts";
import type { CoreState } from "../../src/cores/core_seat.ts";
import { cores } from "../../src/cores/cores.ts";
import { ResumeLostError } from "../../src/session/errors.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { Happenings } from "../support/happenings.ts";
import { address, end } from "./modules/topics.ts";

const ECHO = new URL("./modules/echo.ts", import.meta.url);
const backoff = { initialMs: 1, maxMs: 1 };
/** As only Linux spreads the sockets of one port. */
const onLinux = { ignore: Deno.build.os !== "linux" };

/** Opens connections, each over a session of its own, until all workers have one. */
async function dialUntilSpread(
  system: ActorSystem,
  to: { hostname: string; port: number },
  count: number,
) {
  const seen = new Map<
    number,
    Awaited<ReturnType<ConnectionPool["connect"]>>
  >();
  while (seen.size < count) {
    const pool = new ConnectionPool(system, {
      backoff: { initialMs: 1, maxMs: 5 },
    });
    const connection = await pool.connect(to);
    await connection.send(new Uint8Array([7]));
    const reply = await connection.receive();
    const index = reply?.[0] ?? -1;
    if (seen.has(index)) await pool.close();
    else seen.set(index, connection);
  }
  return seen;
}

Deno.test(
  "workers share the port that the system has chosen, and new sockets are spread",
  onLinux,
  async () => {
    await using system = new ActorSystem();
    await using service = await cores(system, ECHO, { count: 2 });
    const addresses = await service.askAll(address, undefined);
    const [first, second] = addresses.map((reply) =>
      "value" in reply ? reply.value.port : 0
    );
    assert(first !== undefined && first > 0 && first === second);
    const connections = await dialUntilSpread(
      system,
      { hostname: "127.0.0.1", port: first },
      2,
    );
    const { workers, spread, skew } = await service.stats();
    assertEquals(spread, "kernel");
    assert(workers.every(({ accepted }) => accepted > 0));
    assert(skew !== null && skew >= 1 && skew <= 2);
    assertEquals([...connections.keys()].sort(), [0, 1]);
  },
);

Deno.test(
  "a worker that is started again listens on the same port, and its sessions get ResumeLostError",
  onLinux,
  async () => {
    await using system = new ActorSystem();
    using _failures = system.events.subscribe(() => {}, {
      handlesFailures: true,
    });
    const states = new Happenings<CoreState>();
    await using service = await cores(system, ECHO, {
      count: 2,
      backoff,
      onState: (state) => states.push(state),
    });
    const to = await service.ask(0, address, undefined);
    const connections = await dialUntilSpread(system, to, 2);
    const [zero, one] = [connections.get(0), connections.get(1)];
    assert(zero !== undefined && one !== undefined);
    service.tell(0, end, "exit");
    await assertRejects(() => zero.receive(), ResumeLostError);
    // The other one has noticed nothing.
    await one.send(new Uint8Array([8]));
    assertEquals((await one.receive())?.[0], 1);
    while (true) {
      const { index, phase, incarnation } = await states.next();
      if (index === 0 && phase === "running" && incarnation === 2) break;
    }
    assertEquals(await service.ask(0, address, undefined), to);
    const again = await dialUntilSpread(system, to, 2);
    assertEquals([...again.keys()].sort(), [0, 1]);
  },
);

Deno.test("with spread: first_worker one worker listens, and the others know the port", async () => {
  await using system = new ActorSystem();
  await using service = await cores(system, ECHO, {
    count: 2,
    spread: "first_worker",
  });
  const to = await service.ask(0, address, undefined);
  assertEquals(await service.ask(1, address, undefined), to);
  await dialUntilSpread(system, to, 1);
  const { workers, spread, skew } = await service.stats();
  assertEquals(spread, "first_worker");
  assertEquals(workers.map(({ accepted }) => accepted > 0), [true, false]);
  assertEquals(skew, 2);
});
