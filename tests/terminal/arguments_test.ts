// What the types forbid is refused at run time too: JavaScript and JSON have none.
import { assertMatch, assertRejects, assertThrows } from "@std/assert";
import { ActorSystem } from "../../src/actor/system.ts";
import { readAsciicast } from "../../src/terminal/recording/asciicast_reader.ts";
import { replayAsciicast } from "../../src/terminal/recording/asciicast_replay.ts";
import { AsciicastRecorder } from "../../src/terminal/recording/recorder.ts";
import { serveTerminal } from "../../src/terminal/terminal_server.ts";
import { bounded } from "../support/net.ts";
import { streamOf } from "./recording/casts.ts";
import { Served } from "./served.ts";

/** Checks that a call with arguments of any type throws a TypeError. */
function refuses(
  call: (...given: never[]) => unknown,
  given: readonly unknown[],
  text: RegExp,
): void {
  const error = assertThrows(
    () => Reflect.apply(call, undefined, given),
    TypeError,
  );
  assertMatch(error.message, text);
}

Deno.test("serveTerminal() refuses options that are unknown or of the wrong type, and says what was meant", () => {
  const system = new ActorSystem();
  const invalid: readonly [unknown, RegExp][] = [
    [null, /options of serveTerminal\(\)/],
    [{ prefx: "/" }, /"prefx".*did you mean "prefix"/],
    [{ ticketMS: 1 }, /did you mean "ticketMs"/],
    [{ graceMs: "1" }, /graceMs: it is "1"/],
    [{ keepEndedMs: "1" }, /keepEndedMs: it is "1"/],
    [{ hosts: "x" }, /hosts: it is a string/],
    [{ origins: "x" }, /origins: it is a string/],
    [{ commands: "sh" }, /commands: it is a string/],
    [{ commands: ["sh"] }, /commands: it is a string/],
    [{ commands: [{ name: "a" }] }, /command: it is missing/],
    [{ commands: [{ name: "a", command: "b", arg: [] }] }, /mean "args"/],
    [{ commands: [{ name: "a", command: "b", args: "c" }] }, /args: it is/],
    [{ directories: "/" }, /directories: it is a string/],
    [
      { directories: ["/", "/no/such/directory"] },
      /there is no directory "\/no\/such\/directory" here/,
    ],
    [{ directories: ["/etc/passwd"] }, /there is no directory "\/etc\/passwd"/],
    [{ prefix: "terminal" }, /such as \/terminal\//],
    [{ passEnv: [1] }, /passEnv: it is 1/],
    [{ env: { TOKEN: 7 } }, /env\.TOKEN: it is a number/],
    [{ behindTls: "no" }, /behindTls: it is "no"/],
    [{ authorize: true }, /authorize: it is/],
    [{ clientOf: "ip" }, /clientOf: it is a string/],
    [{ record: {} }, /record: it is an object/],
  ];
  for (const [options, text] of invalid) {
    refuses(serveTerminal, [system, options], text);
  }
  assertThrows(
    () => serveTerminal(system, { maxSessions: 1.5 }),
    RangeError,
    "maxSessions: it is 1.5, it must be a whole number",
  );
  refuses(serveTerminal, [{}, {}], /system: .* an ActorSystem/);
});

Deno.test(
  "a terminal refuses requests, reasons and tickets that its types forbid",
  bounded,
  async () => {
    await using served = new Served();
    const { terminal } = served;
    const requests: readonly [unknown, RegExp][] = [
      [null, /options of start\(\)/],
      [{ comand: "cat" }, /did you mean "command"/],
      [{ command: 1 }, /command: it is 1/],
      [{ args: "x" }, /args: it is a string/],
      [{ size: 80 }, /size: it is a number/],
    ];
    for (const [request, text] of requests) {
      const error = await assertRejects(
        () => Reflect.apply(terminal.start, terminal, [request]),
        TypeError,
      );
      assertMatch(error.message, text);
    }
    const ticket = terminal.ticket.bind(terminal);
    refuses(ticket, [{ role: "admin", session: "all" }], /role: it is "admin"/);
    refuses(terminal.revoke.bind(terminal), [{ user: "a" }, 1], /why: it is 1/);
    refuses(terminal.reauthorize.bind(terminal), [1], /why: it is 1/);
  },
);

Deno.test("recordings refuse options that are unknown or of the wrong type", async () => {
  const sink = () => new WritableStream<Uint8Array>();
  const size = { columns: 80, rows: 24 };
  const record = (options: unknown) =>
    Reflect.construct(AsciicastRecorder, [sink(), options]);
  refuses(record, [undefined], /options of AsciicastRecorder/);
  refuses(record, [{}], /size: it is missing/);
  refuses(record, [{ size, inputs: true }], /did you mean "input"/);
  refuses(record, [{ size, input: 1 }], /input: it is 1/);
  refuses(record, [{ size, envNames: "HOME" }], /envNames: it is a string/);
  refuses(record, [{ size, clock: {} }], /clock: .* a Clock/);
  refuses(
    replayAsciicast,
    [{ header: {}, events: [] }, { sped: 2 }],
    /did you mean "speed"/,
  );
  refuses(
    replayAsciicast,
    [{ header: {}, events: [] }, { signal: new AbortController() }],
    /signal: it is an AbortController/,
  );
  const read = () =>
    Reflect.apply(readAsciicast, undefined, [streamOf(""), { maxLine: 1 }]);
  const error = await assertRejects(read, TypeError);
  assertMatch(error.message, /maxLine/);
});
