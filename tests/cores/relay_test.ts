import { assert, assertEquals, assertRejects } from "@std/assert";
import { ActorSystem } from "../../src/actor/system.ts";
import { cores } from "../../src/cores/cores.ts";
import type { Cores } from "../../src/cores/cores_handle.ts";
import { ResumeLostError } from "../../src/session/errors.ts";
import type { LogicalConnection } from "../../src/session/logical_connection.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { FaultProxy } from "../support/fault_proxy.ts";
import { known, mutual } from "../support/tls/pair.ts";
import { address, end } from "./modules/topics.ts";

const ECHO = new URL("./modules/echo.ts", import.meta.url);
const backoff = { initialMs: 1, maxMs: 1 };
const onLinux = { ignore: Deno.build.os !== "linux" };

async function echo(connection: LogicalConnection): Promise<number> {
  await connection.send(new Uint8Array([7]));
  const reply = await connection.receive();
  assertEquals(reply?.[1], 7);
  return reply?.[0] ?? -1;
}

/** Cuts the session's socket until it is relayed; returns who keeps the session. */
async function relayed(
  service: Cores,
  proxy: FaultProxy,
  connection: LogicalConnection,
): Promise<number> {
  const keeper = await echo(connection);
  while (true) {
    const { workers } = await service.stats();
    const other = workers.find(({ index }) => index !== keeper);
    const before = other?.relayed ?? 0;
    proxy.cut();
    assertEquals(await echo(connection), keeper);
    const after = (await service.stats()).workers;
    if ((after.find(({ index }) => index !== keeper)?.relayed ?? 0) > before) {
      return keeper;
    }
  }
}

Deno.test(
  "the end of a worker ends its sessions, through whichever worker their sockets go",
  onLinux,
  async () => {
    await using system = new ActorSystem();
    using _failures = system.events.subscribe(() => {}, {
      handlesFailures: true,
    });
    await using service = await cores(system, ECHO, { count: 2, backoff });
    await using proxy = new FaultProxy(
      await service.ask(0, address, undefined),
    );
    await using pool = new ConnectionPool(system, { backoff });
    const connection = await pool.connect(proxy.address);
    const keeper = await relayed(service, proxy, connection);
    service.tell(keeper, end, "exit");
    await assertRejects(() => connection.receive(), ResumeLostError);
  },
);

Deno.test(
  "the end of a worker that relays a session is a cut like any other",
  onLinux,
  async () => {
    await using system = new ActorSystem();
    using _failures = system.events.subscribe(() => {}, {
      handlesFailures: true,
    });
    await using service = await cores(system, ECHO, { count: 2, backoff });
    await using proxy = new FaultProxy(
      await service.ask(0, address, undefined),
    );
    await using pool = new ConnectionPool(system, { backoff });
    const connection = await pool.connect(proxy.address);
    const keeper = await relayed(service, proxy, connection);
    service.tell(1 - keeper, end, "exit");
    // Over its next socket, which may be relayed again.
    for (let i = 0; i < 3; i++) assertEquals(await echo(connection), keeper);
    assert(connection.phase === "connected" || connection.phase === "resuming");
  },
);

Deno.test(
  "TLS ends where the socket was accepted, and the client's certificate goes along",
  onLinux,
  async () => {
    await using system = new ActorSystem();
    await using service = await cores(system, ECHO, { count: 2, data: mutual });
    await using proxy = new FaultProxy(
      await service.ask(0, address, undefined),
    );
    await using pool = new ConnectionPool(system, { backoff, tls: known });
    const connection = await pool.connect(proxy.address);
    const keeper = await relayed(service, proxy, connection);
    assertEquals(await echo(connection), keeper);
  },
);
