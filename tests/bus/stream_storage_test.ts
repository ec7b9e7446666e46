// What streams are kept in may be full, damaged, foreign or in other hands.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { ActorSystem } from "../../src/actor/mod.ts";
import { Bus, StreamStorageError } from "../../src/bus/mod.ts";

const FILE = "streams.sqlite";
const STREAM = { subjects: ["orders.>"] };

/** Calls with a directory that is removed afterwards. */
function inDirectory(
  test: (directory: string) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const directory = await Deno.makeTempDir();
    try {
      await test(directory);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  };
}

/** Calls with a bus that has its streams under a directory. */
async function withBus<T>(
  directory: string,
  use: (bus: Bus) => Promise<T>,
): Promise<T> {
  await using system = new ActorSystem();
  await using bus = new Bus(system, { directory });
  return await use(bus);
}

/** Checks that no stream can be had, and that the rest of the bus works. */
async function checkRefused(directory: string, text: string): Promise<void> {
  await withBus(directory, async (bus) => {
    for (
      const attempt of [
        () => bus.stream("orders", STREAM),
        () => bus.streams(),
      ]
    ) {
      await assertRejects(attempt, StreamStorageError, text);
    }
    await checkLive(bus);
    const kept = await bus.stream("m", {
      subjects: ["memory"],
      durability: "memory",
    });
    assertEquals((await kept.publish("memory", 1)).sequence, 1);
  });
}

async function checkLive(bus: Bus): Promise<void> {
  await using live = bus.subscribe("live");
  await bus.publish("live", 1);
  assertEquals((await live.receive())?.value, 1);
}

/** Fills a stream with so many messages of a kilobyte. */
async function fill(directory: string, count: number): Promise<void> {
  await withBus(directory, async (bus) => {
    const stream = await bus.stream("orders", STREAM);
    await Promise.all(
      Array.from(
        { length: count },
        (_, index) => stream.publish("orders.a", `${index}`.padEnd(1000)),
      ),
    );
  });
}

Deno.test(
  "a directory belongs to one bus at a time, in this process or another",
  inDirectory(async (directory) => {
    await withBus(directory, async (bus) => {
      await bus.stream("orders", STREAM);
      await checkRefused(directory, "another process has them open");
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--quiet",
          "--no-check",
          "--allow-all",
          new URL("stream_writer.ts", import.meta.url).href,
          directory,
        ],
        stdout: "null",
        stderr: "piped",
      }).output();
      assertEquals(code, 1);
      const text = new TextDecoder().decode(stderr);
      assert(/StreamStorageError: .*another process/.test(text), text);
    });
    // It is free again once the bus is closed.
    await withBus(directory, async (bus) => {
      assertEquals(await bus.streams(), ["orders"]);
    });
  }),
);

Deno.test(
  "a file that is no database, or that of another program, is refused and left as it is",
  inDirectory(async (directory) => {
    const path = `${directory}/${FILE}`;
    const text = "no database ".repeat(1000);
    await Deno.writeTextFile(path, text);
    await checkRefused(directory, "damaged or not a database");
    assertEquals(await Deno.readTextFile(path), text);
    await Deno.remove(path);

    const other = new DatabaseSync(path);
    other.exec(
      "CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('a')",
    );
    other.close();
    await checkRefused(directory, "another program");
    const again = new DatabaseSync(path);
    assertEquals(again.prepare("SELECT count(*) AS n FROM notes").get()?.n, 1);
    again.exec("PRAGMA application_id = 1414680691; PRAGMA user_version = 99");
    again.close();
    await checkRefused(directory, "its format is 99");
  }),
);

Deno.test(
  "a file that was cut off is refused when it is opened",
  inDirectory(async (directory) => {
    await fill(directory, 100);
    const path = `${directory}/${FILE}`;
    const { size } = await Deno.stat(path);
    await Deno.truncate(path, size - 20_000);
    await checkRefused(directory, "damaged");
  }),
);

Deno.test(
  "a message that cannot be read ends its consumer with an error, and the bus runs on",
  inDirectory(async (directory) => {
    await fill(directory, 3000);
    const path = `${directory}/${FILE}`;
    // A page in the middle, with messages alone.
    const bytes = await Deno.readFile(path);
    const text = new TextDecoder("latin1").decode(bytes);
    const page = Math.floor(text.indexOf("1500".padEnd(1000)) / 4096) * 4096;
    assert(page > 0);
    bytes.fill(0xaa, page, page + 4096);
    await Deno.writeFile(path, bytes);
    await withBus(directory, async (bus) => {
      const stream = await bus.stream("orders", STREAM);
      await using consumer = await stream.consume("orders.>");
      const failed = await assertRejects(async () => {
        for await (const message of consumer) await message.ack();
      }, StreamStorageError);
      assert(failed.message.includes(path), failed.message);
      await assertRejects(() => consumer.closed, StreamStorageError);
      await checkLive(bus);
    });
  }),
);

Deno.test(
  "a directory that cannot be made is refused",
  inDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/file`, "");
    await checkRefused(`${directory}/file/streams`, "Cannot open the streams");
  }),
);

/** Mounts a small file system, if that is allowed here. */
async function mount(directory: string, size: string): Promise<boolean> {
  const isNew = !size.startsWith("remount,");
  const { success } = await new Deno.Command("mount", {
    args: ["-t", "tmpfs", "-o", isNew ? `size=${size}` : size, "x", directory],
    stdout: "null",
    stderr: "null",
  }).output().catch(() => ({ success: false }));
  return success;
}

async function unmount(directory: string): Promise<void> {
  await new Deno.Command("umount", { args: [directory] }).output();
}

const canMount = await (async () => {
  const directory = await Deno.makeTempDir();
  const isMounted = await mount(directory, "1m");
  if (isMounted) await unmount(directory);
  else console.error("Tests with a full disk are skipped: no mount is allowed");
  await Deno.remove(directory);
  return isMounted;
})();

Deno.test(
  "a full disk refuses publishes, loses nothing that was acknowledged, and the bus runs on",
  { ignore: !canMount },
  inDirectory(async (directory) => {
    assert(await mount(directory, "2m"));
    try {
      const sequences: number[] = [];
      await withBus(directory, async (bus) => {
        const stream = await bus.stream("orders", STREAM);
        const consumer = await stream.consume("orders.>", { name: "reader" });
        const publish = async () => {
          const value = "x".repeat(10_000);
          const acks = await Promise.all(
            [1, 2, 3].map(() => stream.publish("orders.a", value)),
          );
          sequences.push(...acks.map(({ sequence }) => sequence));
        };
        await assertRejects(async () => {
          for (let index = 0; index < 1000; index++) await publish();
        }, StreamStorageError);
        assert(sequences.length > 0);
        await checkLive(bus);
        await assertRejects(publish, StreamStorageError);
        // What has failed took no number, and what was kept can be read.
        const { messages, lastSequence } = await stream.info();
        assertEquals([messages, lastSequence], [
          sequences.length,
          sequences.length,
        ]);
        assertEquals((await consumer.receive())?.sequence, 1);
        // With more room, it goes on.
        assert(await mount(directory, "remount,size=8m"));
        await publish();
      });
      await withBus(directory, async (bus) => {
        const stream = await bus.stream("orders", STREAM);
        await using consumer = await stream.consume("orders.>");
        const kept: number[] = [];
        while (kept.length < sequences.length) {
          kept.push((await consumer.receive())?.sequence ?? 0);
        }
        assertEquals(kept, sequences);
        assertEquals((await stream.info()).messages, sequences.length);
      });
    } finally {
      await unmount(directory);
    }
  }),
);

Deno.test(
  "a directory that is removed under an open bus refuses publishes, and is good again when it is back",
  inDirectory(async (directory) => {
    const inside = `${directory}/streams`;
    const aside = `${directory}/aside`;
    await withBus(inside, async (bus) => {
      const synced = await bus.stream("orders", STREAM);
      const written = await bus.stream("events", {
        subjects: ["events.>"],
        durability: "written",
      });
      assertEquals((await synced.publish("orders.a", 1)).sequence, 1);
      await Deno.rename(inside, aside);
      await assertRejects(
        () => synced.publish("orders.a", 2),
        StreamStorageError,
        "it is gone",
      );
      await assertRejects(
        () => bus.publish("orders.a", 2),
        StreamStorageError,
        inside,
      );
      // What is not synced is looked at now and then.
      await assertRejects(
        async () => {
          for (;;) await written.publish("events.a", 1);
        },
        StreamStorageError,
        "it is gone",
      );
      await Deno.mkdir(inside);
      await Deno.writeTextFile(`${inside}/${FILE}`, "another file");
      await assertRejects(
        () => synced.publish("orders.a", 2),
        StreamStorageError,
        "another file has taken its place",
      );
      await checkLive(bus);
      await Deno.remove(inside, { recursive: true });
      await Deno.rename(aside, inside);
      assertEquals((await synced.publish("orders.a", 2)).sequence, 2);
    });
    await withBus(inside, async (bus) => {
      const stream = await bus.stream("orders", STREAM);
      assertEquals((await stream.info()).messages, 2);
    });
  }),
);
