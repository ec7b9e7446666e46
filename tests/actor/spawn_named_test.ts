import { assertEquals } from "@std/assert";
import { spawnNamed } from "../../src/actor/internal.ts";
import { ActorSystem } from "../../src/actor/mod.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { bounded, echo, Net } from "../support/net.ts";

Deno.test("an actor of the library has a name of what it is, and a number if that is taken", async () => {
  await using system = new ActorSystem();
  const spawn = (name: string) =>
    spawnNamed(system, name, () => ({ receive() {} })).name;
  assertEquals(spawn("connection pool"), "connection pool");
  assertEquals(spawn("connection pool"), "connection pool 1");
  assertEquals(spawn("connection pool"), "connection pool 2");
  assertEquals(spawn("listener /run/socket"), "listener \\run\\socket");
});

Deno.test(
  "listeners and pools are named after their addresses, and peers after theirs",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    const { port } = net.listener.address;
    const system = new ActorSystem();
    const pool = new ConnectionPool(system);
    await using _connection = await pool.connect({ port });
    const [shown] = system.tree().children;
    assertEquals(shown?.path, "/connection pool");
    assertEquals(
      shown?.children[0]?.path,
      `/connection pool/127.0.0.1:${port} #1`,
    );
    const names = net.system.tree().children.map(({ path }) => path);
    assertEquals(names.includes(`/listener 127.0.0.1:${port}`), true);
    await system.shutdown();
  },
);
