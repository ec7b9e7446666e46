import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { setImmediate } from "node:timers/promises";
import type { Acceptor } from "../../src/session/acceptor.ts";
import { ConnectError } from "../../src/session/errors.ts";
import { listenTls, type TlsClientOptions } from "../../src/tcp/tls.ts";
import type { Transport } from "../../src/session/transport.ts";
import { pattern, sha256, text, utf8 } from "../support/bytes.ts";
import { bounded } from "../support/net.ts";
import { ca, server } from "../support/tls/certificates.ts";
import {
  connectTls,
  known,
  mutual,
  never,
  readExactly,
  TlsPair,
  writeAll,
} from "../support/tls/pair.ts";

const trusting = { caCerts: [ca] };
const one = (): Uint8Array => new Uint8Array(1);

for (const mutually of [false, true]) {
  const name = mutually ? "mutual TLS" : "TLS";

  Deno.test(`${name} carries bytes both ways`, bounded, async () => {
    using pair = await TlsPair.open(mutually);
    await writeAll(pair.client, utf8("ping"));
    assertEquals(text(await readExactly(pair.server, 4)), "ping");
    await writeAll(pair.server, utf8("pong"));
    assertEquals(text(await readExactly(pair.client, 4)), "pong");
  });

  Deno.test(
    `${name} carries 10 MB both ways at once, whatever the sizes of reads`,
    bounded,
    async () => {
      using pair = await TlsPair.open(mutually);
      const up = pattern(10_000_000);
      const down = pattern(10_000_000, 2);
      const [gotUp, gotDown] = await Promise.all([
        readExactly(pair.server, up.length),
        readExactly(pair.client, down.length),
        writeAll(pair.client, up),
        writeAll(pair.server, down),
      ]);
      assertEquals(sha256(gotUp), sha256(up));
      assertEquals(sha256(gotDown), sha256(down));
    },
  );

  Deno.test(
    `${name} takes bytes one at a time from what came at once`,
    bounded,
    async () => {
      using pair = await TlsPair.open(mutually);
      await writeAll(pair.client, utf8("abc"));
      const got: number[] = [];
      const buffer = one();
      while (got.length < 3) {
        assertEquals(await pair.server.read(buffer), 1);
        got.push(...buffer);
      }
      assertEquals(got, [...utf8("abc")]);
    },
  );

  for (const side of ["client", "server"] as const) {
    const other = side === "client" ? "server" : "client";

    Deno.test(
      `a ${side} of ${name} that ends its writing can still read`,
      bounded,
      async () => {
        using pair = await TlsPair.open(mutually);
        await writeAll(pair[side], utf8("bye"));
        await pair[side].closeWrite();
        assertEquals(text(await readExactly(pair[other], 3)), "bye");
        assertEquals(await pair[other].read(one()), null);
        await writeAll(pair[other], utf8("still here"));
        await pair[other].closeWrite();
        assertEquals(text(await readExactly(pair[side], 10)), "still here");
        assertEquals(await pair[side].read(one()), null);
        assertEquals(await pair[side].read(one()), null);
      },
    );

    Deno.test(
      `a ${side} of ${name} that has ended its writing misses nothing of what comes with the end`,
      bounded,
      async () => {
        using pair = await TlsPair.open(mutually);
        await pair[side].closeWrite();
        assertEquals(await pair[other].read(one()), null);
        const bytes = pattern(100_000);
        await writeAll(pair[other], bytes);
        await pair[other].closeWrite();
        const got = await readExactly(pair[side], bytes.length);
        assertEquals(sha256(got), sha256(bytes));
        assertEquals(await pair[side].read(one()), null);
      },
    );

    Deno.test(
      `a ${side} of ${name} that ends its writing last still reads what came before`,
      bounded,
      async () => {
        using pair = await TlsPair.open(mutually);
        await writeAll(pair[other], utf8("bye"));
        await pair[other].closeWrite();
        // Meanwhile that comes in.
        for (let turn = 0; turn < 200; turn++) {
          await carryOne(pair[side], pair[other]);
        }
        await pair[side].closeWrite();
        assertEquals(await pair[other].read(one()), null);
        assertEquals(text(await readExactly(pair[side], 3)), "bye");
        assertEquals(await pair[side].read(one()), null);
      },
    );

    Deno.test(
      `a ${side} of ${name} that closes after it has ended its writing is no failure`,
      bounded,
      async () => {
        using pair = await TlsPair.open(mutually);
        await writeAll(pair[side], utf8("bye"));
        await pair[side].closeWrite();
        pair[side].close();
        assertEquals(text(await readExactly(pair[other], 3)), "bye");
        assertEquals(await pair[other].read(one()), null);
      },
    );

    Deno.test(
      `a ${side} of ${name} that closes ends its own read and that of the other`,
      bounded,
      async () => {
        using pair = await TlsPair.open(mutually);
        const reading = assertRejects(() => pair[side].read(one()));
        const ended = pair[other].read(one()).catch(() => null);
        pair[side].close();
        await reading;
        assertEquals(await ended, null);
      },
    );
  }

  for (const side of ["client", "server"] as const) {
    const other = side === "client" ? "server" : "client";

    Deno.test(
      `a ${side} of ${name} waits for a ${other} that does not read`,
      bounded,
      async () => {
        using pair = await TlsPair.open(mutually);
        const bytes = pattern(64_000);
        let sent = 0;
        const writing = (async () => {
          for (;;) sent += await pair[side].write(bytes);
        })();
        const broken = assertRejects(() => writing);
        // The other direction is not held up, and counts the turns: the event
        // loop looks for what has come only every 61 of them.
        let before = 0;
        for (let same = 0; same < 1000; same = sent === before ? same + 1 : 0) {
          before = sent;
          await carryOne(pair[other], pair[side]);
          assert(sent < 40_000_000, "It never waits");
        }
        pair[side].close();
        await broken;
      },
    );
  }

  Deno.test(
    `closing a server of ${name} ends a write that waits`,
    bounded,
    async () => {
      using pair = await TlsPair.open(mutually);
      const bytes = pattern(64_000);
      const writing = (async () => {
        for (;;) await writeAll(pair.server, bytes);
      })();
      const broken = assertRejects(() => writing);
      await readExactly(pair.client, 1_000_000);
      pair.server.close();
      await broken;
    },
  );

  Deno.test(
    `a client of ${name} that goes away in the middle ends the server's read and write`,
    bounded,
    async () => {
      using pair = await TlsPair.open(mutually);
      const bytes = pattern(64_000);
      const writing = (async () => {
        for (;;) await writeAll(pair.server, bytes);
      })();
      const broken = assertRejects(() => writing);
      const ended = (async () => {
        while (await pair.server.read(one()) !== null);
      })().catch(() => {});
      await readExactly(pair.client, 1_000_000);
      pair.client.close();
      await Promise.all([broken, ended]);
    },
  );

  Deno.test(
    `a client that does not speak TLS fails alone with ${name}`,
    bounded,
    async () => {
      const acceptor = listenTls({ port: 0 }, mutually ? mutual : server);
      const plain = await Deno.connect(acceptor.address);
      const { transport } = await acceptor.accept();
      await plain.write(utf8("GET / HTTP/1.1\r\n\r\n"));
      const error = await assertRejects(
        () => transport.read(one()),
        ConnectError,
        "it does not speak TLS",
      );
      assertInstanceOf(error.cause, Error);
      await assertRejects(() => transport.write(one()), ConnectError);
      await serve(acceptor, mutually ? known : trusting);
      await plain.readable.pipeTo(new WritableStream()).catch(() => {});
      transport.close();
      acceptor.close();
    },
  );

  Deno.test(
    `a client that says nothing holds up no other with ${name}`,
    bounded,
    async () => {
      const acceptor = listenTls({ port: 0 }, mutually ? mutual : server);
      using silent = await Deno.connect(acceptor.address);
      const { transport } = await acceptor.accept();
      const reading = assertRejects(() => transport.read(one()));
      await serve(acceptor, mutually ? known : trusting);
      transport.close();
      await reading;
      assertEquals(await silent.read(one()), null);
      acceptor.close();
    },
  );
}

/** Accepts one client and greets it. */
async function serve(
  acceptor: Acceptor,
  options: TlsClientOptions,
): Promise<void> {
  const dialing = connectTls(acceptor.address, options, never);
  const { transport } = await acceptor.accept();
  await writeAll(transport, utf8("hi"));
  const client = await dialing;
  assertEquals(text(await readExactly(client, 2)), "hi");
  client.close();
  transport.close();
}

/** Carries a byte, and lets all other sockets have their turn. */
async function carryOne(from: Transport, to: Transport): Promise<void> {
  await writeAll(from, one());
  await readExactly(to, 1);
  await setImmediate();
}
