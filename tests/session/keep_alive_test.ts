import { assertEquals, assertInstanceOf } from "@std/assert";
import { KeepAliveError } from "../../src/session/errors.ts";
import { KeepAlive, type KeepAlivePort } from "../../src/session/keep_alive.ts";
import { ProtocolError } from "../../src/session/wire/errors.ts";
import { ErrorCode } from "../../src/session/wire/protocol.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** A keep-alive whose socket is a test. */
class Bench implements KeepAlivePort {
  readonly clock = new ManualClock();
  readonly keepAlive = new KeepAlive(
    this.clock,
    { keepAliveMs: 100, keepAliveTimeoutMs: 50, frameMs: 250 },
    this,
  );
  /** What it has done, and when. */
  readonly calls: [call: string, at: number][] = [];
  readonly causes: unknown[] = [];
  incomplete = false;

  isFrameIncomplete(): boolean {
    return this.incomplete;
  }

  acknowledge(): void {
    this.calls.push(["acknowledge", this.clock.now()]);
  }

  ping(): void {
    this.calls.push(["ping", this.clock.now()]);
  }

  onSlowFrame(cause: ProtocolError): void {
    this.calls.push(["onSlowFrame", this.clock.now()]);
    this.causes.push(cause);
  }

  onSilence(cause: KeepAliveError): void {
    this.calls.push(["onSilence", this.clock.now()]);
    this.causes.push(cause);
  }

  /** What it has done besides acknowledgements. */
  get decisions(): [call: string, at: number][] {
    return this.calls.filter(([call]) => call !== "acknowledge");
  }

  /** Time passes, with a byte every `everyMs`. */
  speak(forMs: number, everyMs: number): void {
    for (let passed = 0; passed < forMs; passed += everyMs) {
      this.keepAlive.bytes++;
      this.clock.advance(everyMs);
    }
  }
}

Deno.test("KeepAlive does nothing before start()", () => {
  const bench = new Bench();
  bench.clock.advance(1000);
  assertEquals(bench.calls, []);
});

Deno.test("KeepAlive pings a peer that was quiet, and gives up without a reply", () => {
  const bench = new Bench();
  bench.keepAlive.start();
  bench.clock.advance(1000);
  assertEquals(bench.calls, [
    ["acknowledge", 100],
    ["ping", 100],
    ["onSilence", 150],
  ]);
  assertInstanceOf(bench.causes[0], KeepAliveError);
  assertEquals(
    bench.causes[0].message,
    "The peer gave no sign of life for 150 ms",
  );
});

Deno.test("KeepAlive pings nobody who speaks", () => {
  const bench = new Bench();
  bench.keepAlive.start();
  bench.speak(1000, 90);
  assertEquals(bench.decisions, []);
});

Deno.test("KeepAlive counts what came before start() as a sign of life", () => {
  const bench = new Bench();
  bench.keepAlive.bytes = 93;
  bench.keepAlive.start();
  bench.clock.advance(199);
  assertEquals(bench.decisions, []);
  bench.clock.advance(1);
  assertEquals(bench.decisions, [["ping", 200]]);
});

Deno.test("KeepAlive goes on after a byte that comes in time, whatever it belongs to", () => {
  const bench = new Bench();
  bench.keepAlive.start();
  bench.clock.advance(149);
  bench.keepAlive.bytes++;
  bench.incomplete = true;
  bench.clock.advance(1);
  assertEquals(bench.decisions, [["ping", 100]]);
  bench.clock.advance(100);
  assertEquals(bench.decisions, [["ping", 100], ["ping", 250]]);
});

Deno.test("KeepAlive acknowledges at each check", () => {
  const bench = new Bench();
  bench.keepAlive.start();
  bench.speak(350, 50);
  assertEquals(bench.calls, [
    ["acknowledge", 100],
    ["acknowledge", 200],
    ["acknowledge", 300],
  ]);
});

Deno.test("KeepAlive gives up a frame that takes over frameMs, however busy its bytes", () => {
  const bench = new Bench();
  bench.incomplete = true;
  bench.keepAlive.start();
  bench.speak(1000, 10);
  // The first check finds the frame, and checks it every 100 ms from then on.
  assertEquals(bench.decisions, [["onSlowFrame", 400]]);
  const [cause] = bench.causes;
  assertInstanceOf(cause, ProtocolError);
  assertEquals(cause.code, ErrorCode.TIMEOUT);
  assertEquals(cause.message, "A frame took over 250 ms to arrive");
});

Deno.test("KeepAlive lets frames that are each in time take as long as they will", () => {
  const bench = new Bench();
  bench.incomplete = true;
  bench.keepAlive.start();
  for (let i = 0; i < 10; i++) {
    bench.speak(200, 10);
    bench.keepAlive.frames++;
  }
  assertEquals(bench.decisions, []);
});

Deno.test("KeepAlive lets a large frame take as long as it will, if each 64 KiB of it are in time", () => {
  const bench = new Bench();
  bench.keepAlive.start();
  bench.incomplete = true;
  for (let i = 0; i < 10; i++) {
    bench.speak(200, 10);
    bench.keepAlive.pieces++;
  }
  assertEquals(bench.decisions, []);
  bench.speak(400, 10);
  assertEquals(bench.decisions.map(([call]) => call), ["onSlowFrame"]);
});

Deno.test("KeepAlive.stop() ends the checks, and the wait for a reply", () => {
  const bench = new Bench();
  bench.keepAlive.start();
  bench.clock.advance(120);
  assertEquals(bench.decisions, [["ping", 100]]);
  bench.keepAlive.stop();
  bench.keepAlive.stop();
  bench.clock.advance(1000);
  assertEquals(bench.decisions, [["ping", 100]]);
});
