import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  ConnectError,
  ResumeLostError,
  SocketLostError,
} from "../../src/session/errors.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { bounded, echo, Net, roundTrip } from "../support/net.ts";
import { ProxiedNet } from "../support/proxied_net.ts";

Deno.test(
  "both sides are notified when a session connects, loses its socket, resumes and closes",
  bounded,
  async () => {
    await using net = new ProxiedNet();
    const { proxy } = net;
    const [here, there] = await net.pair();
    await here.accepted;
    const [dialled, first] = await net.expect(
      "here",
      "connecting",
      "connected",
    );
    assertEquals(dialled?.remote, proxy.address);
    assertEquals(first, {
      phase: "connected",
      remote: proxy.address,
      epoch: 1,
    });
    const [served] = await net.expect("there", "connected");
    assertEquals(served, {
      phase: "connected",
      remote: there.remote,
      epoch: 1,
    });
    assertEquals([here.phase, there.phase], ["connected", "connected"]);

    await net.interrupt();
    assertEquals([here.phase, there.phase], ["resuming", "resuming"]);

    proxy.refuse = false;
    for (const side of ["here", "there"] as const) {
      const [second] = await net.expect(side, "connected");
      assert(second?.phase === "connected");
      assertEquals(second.epoch, 2);
    }
    assertEquals([here.phase, there.phase], ["connected", "connected"]);

    await net.pool.close();
    await there.closed;
    await net.expect("here", "closed");
    await net.expect("there", "closed");
    assertEquals([here.phase, there.phase], ["closed", "closed"]);
    assertEquals([net.here.untaken, net.there.untaken], [0, 0]);
  },
);

Deno.test(
  "the states say why the socket was lost, and why the session",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using net = new ProxiedNet({
      clock,
      pool: { resumeMs: 1000 },
      listen: { resumeMs: 1000 },
    });
    await net.connected();
    net.proxy.refuse = true;
    net.proxy.cut();
    for (const side of ["here", "there"] as const) {
      const [state] = await net.expect(side, "resuming");
      assert(state?.phase === "resuming");
      // It is no loss of the session, which lives.
      assertInstanceOf(state.cause, SocketLostError);
    }
    clock.advance(1000);
    for (const side of ["here", "there"] as const) {
      const [state] = await net.expect(side, "lost");
      assert(state?.phase === "lost");
      assertInstanceOf(state.cause, ResumeLostError);
    }
  },
);

Deno.test(
  "an address where nobody listens is connecting, and then lost",
  bounded,
  async () => {
    await using net = new ProxiedNet();
    await net.listener.close();
    const error = await net.pool.connect(net.listener.address)
      .catch((error) => error);
    assertInstanceOf(error, ConnectError);
    const [, state] = await net.expect("here", "connecting", "lost");
    assert(state?.phase === "lost");
    assertEquals(state.cause, error);
  },
);

Deno.test(
  "a listener that closes is seen as closed by both sides",
  bounded,
  async () => {
    await using net = new ProxiedNet();
    const [here] = await net.connected();
    await net.listener.close();
    await here.closed;
    await net.expect("here", "closed");
    await net.expect("there", "closed");
    assertEquals(net.pool.stats().evictions, 0);
  },
);

Deno.test(
  "an onState() that throws is reported, and affects nobody",
  bounded,
  async () => {
    const onState = (): void => {
      throw new Error("I cannot take it");
    };
    await using net = new Net({ serve: echo, listen: { onState } });
    await using pool = new ConnectionPool(net.system, { onState });
    const connection = await pool.connect(net.listener.address);
    await roundTrip(connection);
    const failure = await net.failures.next();
    assertInstanceOf(failure, Error);
    assertEquals(failure.message, "I cannot take it");
    await roundTrip(await net.connect());
    await pool.close();
    await roundTrip(await net.connect());
  },
);

Deno.test(
  "an accept() that throws is reported, and refuses its own connection only",
  bounded,
  async () => {
    await using net = new ProxiedNet({
      serve: echo,
      listen: {
        accept({ id }) {
          if (id === "bad") throw new Error("I cannot decide");
          return true;
        },
      },
    });
    const good = await net.connect();
    const bad = await net.connect({ id: "bad" });
    const error = await bad.accepted.catch((error) => error);
    assert(!String(error).includes("decide"), String(error));
    await bad.closed;
    const failure = await net.failures.next();
    assertInstanceOf(failure, Error);
    assertEquals(failure.message, "I cannot decide");
    await roundTrip(good);
    assertEquals(net.proxy.accepted, 1);
  },
);
