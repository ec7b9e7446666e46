// Subjects, wildcards and their nonsense.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { subject } from "../../../src/bus/mod.ts";
import { json } from "../../../src/codec/mod.ts";
import { isSlow } from "../../support/slow.ts";
import { ENGINES, onlyIf, withBus } from "./engines.ts";
import { next, take, until } from "./waiting.ts";

/** The rules of subjects, as slow and as obvious as they can be. */
function model(pattern: string, subject: string): boolean {
  const text = pattern.split(".").map((token) => {
    if (token === "*") return "[^.]+";
    return token === ">" ? ".+" : token;
  }).join("\\.");
  return new RegExp(`^${text}$`).test(subject);
}

const token = fc.constantFrom("a", "b", "c");
const subjects = fc.array(token, { minLength: 1, maxLength: 4 })
  .map((tokens) => tokens.join("."));
const patterns = fc.tuple(
  fc.array(fc.oneof(token, fc.constant("*")), { minLength: 0, maxLength: 3 }),
  fc.constantFrom("a", "b", "*", ">"),
).map(([tokens, last]) => [...tokens, last].join("."));

for (const engine of ENGINES) {
  const { ignore } = onlyIf(engine);

  Deno.test(
    `Each subscription gets what its pattern matches by the model, in order and once, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      const property = fc.asyncProperty(
        fc.array(patterns, { minLength: 1, maxLength: 6 }),
        fc.array(subjects, { minLength: 1, maxLength: 12 }),
        async (wanted, published) => {
          const subscriptions = wanted.map((pattern, index) =>
            (index % 2 === 0 ? rig.bus : other).subscribe(pattern)
          );
          await Promise.all(subscriptions.map(({ ready }) => ready));
          // The last of each ends what its subscription could get too much.
          const ends = wanted.map((pattern) =>
            pattern.replaceAll("*", "z").replace(">", "z")
          );
          const all = [...published, ...ends];
          all.forEach((subject, index) => void other.publish(subject, index));
          for (const [at, subscription] of subscriptions.entries()) {
            const expected = [...all.keys()].filter((index) =>
              model(wanted[at] ?? "", all[index] ?? "")
            );
            assertEquals(
              (await take(subscription, expected.length))
                .toSorted((a, b) => Number(a) - Number(b)),
              expected,
            );
          }
          await other.flush();
          for (const subscription of subscriptions) {
            assertEquals(subscription.stats().pending, 0);
            await subscription.unsubscribe();
          }
        },
      );
      await fc.assert(property, { numRuns: isSlow ? 300 : 40 });
    }),
  );

  Deno.test(
    `The messages of each publisher on one subject come in order and once on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const publishers = [rig.bus, await rig.connect(), await rig.connect()];
      await using subscription = rig.bus.subscribe("order.*");
      await subscription.ready;
      const count = 500;
      publishers.forEach((bus, publisher) => {
        for (let index = 0; index < count; index++) {
          void bus.publish(`order.${index % 2}`, [publisher, index]);
        }
      });
      const seen = new Map<string, number>();
      for (let taken = 0; taken < publishers.length * count; taken++) {
        const { subject, value } = await next(subscription);
        const [publisher, index] = value as [number, number];
        const key = `${publisher} ${subject}`;
        assert(index === (seen.get(key) ?? index % 2 - 2) + 2);
        seen.set(key, index);
      }
      assertEquals(subscription.stats().pending, 0);
    }),
  );

  Deno.test(
    `Values and replies have the types of their subject on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const numbers = json({ parse: Number });
      const celsius = subject("sensors.*.celsius", numbers, numbers);
      const other = await rig.connect();
      await using subscription = rig.bus.subscribe(celsius, {
        handler: (message) => message.respond(message.value * 2),
      });
      await subscription.ready;
      const reply: number = await other.request(celsius.at("cellar"), 21);
      assertEquals(reply, 42);
    }),
  );

  Deno.test(
    `A message that cannot be decoded is counted and reported, and the next one comes, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const reported: unknown[] = [];
      const other = await rig.connect();
      const strict = subject(
        "strict",
        json({
          parse(value) {
            if (typeof value !== "number") throw new TypeError("no number");
            return value;
          },
        }),
      );
      const loose = subject("strict", json({ parse: String }));
      await using subscription = rig.bus.subscribe(strict, {
        onError: (error) => void reported.push(error),
      });
      await subscription.ready;
      await other.publish(loose, "text");
      await other.publish(strict, 5);
      assertEquals(await take(subscription, 1), [5]);
      assertEquals(subscription.stats().undecodable, 1);
      assertEquals(reported.length, 1);
    }),
  );

  Deno.test(
    `What is no subject, no pattern or no option is refused by name on ${engine.name}`,
    { ignore },
    withBus(engine, async ({ bus }) => {
      for (const text of ["", "a..b", ".a", "a.", "a b", "a.*", ">"]) {
        await assertRejects(() => bus.publish(text, 1), TypeError);
      }
      for (const text of ["", "a..b", "a.>.b", "a b", ">.a"]) {
        assertThrows(() => bus.subscribe(text), TypeError);
      }
      const long = "a".repeat(256);
      await assertRejects(() => bus.publish(long, 1), RangeError);
      assertThrows(() => bus.subscribe(long), RangeError);
      for (
        const [options, error] of [
          [{ maxMessages: 0 }, RangeError],
          [{ maxBytes: 0 }, RangeError],
          [{ maxMessages: NaN }, RangeError],
          [{ maxMesages: 5 }, TypeError],
          [{ overflow: "burst" }, TypeError],
          [{ queue: "" }, TypeError],
          [{ queue: "a b" }, TypeError],
          [{ handler: 5 }, TypeError],
          [{ retained: "yes" }, TypeError],
          [{ signal: 5 }, TypeError],
          [{ holder: {} }, TypeError],
        ] as const
      ) {
        const given: object = options;
        assertThrows(() => bus.subscribe("a", given), error);
      }
      for (const options of [{ timeoutMs: 0 }, { timeoutMs: NaN }]) {
        await assertRejects(() => bus.request("a", 1, options), RangeError);
      }
      await assertRejects(() => bus.request("a.*", 1), TypeError);
    }),
  );

  Deno.test(
    `A subject that is neither text nor a subject is refused in words on ${engine.name}`,
    { ignore },
    withBus(engine, async ({ bus }) => {
      const stream = bus.features.has("streams")
        ? await bus.stream("words", {
          subjects: ["words.>"],
          durability: engine.durability ?? "memory",
        })
        : undefined;
      for (const nonsense of [undefined, null, 7, {}, [], () => {}]) {
        // As from a program without types.
        const given = nonsense as never;
        const calls: (() => unknown)[] = [
          () => bus.publish(given, 1),
          () => bus.subscribe(given),
          () => bus.request(given, 1),
          () => bus.requestMany(given, 1),
        ];
        if (stream !== undefined) {
          calls.push(
            () => stream.publish(given, 1),
            () => stream.consume(given),
            () => stream.last(given),
          );
        }
        for (const call of calls) {
          await assertRejects(
            async () => void await call(),
            TypeError,
            "Cannot use subject",
          );
        }
      }
    }),
  );

  Deno.test(
    `Subjects of other alphabets are subjects on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await using subscription = rig.bus.subscribe("straße.*.größe");
      await subscription.ready;
      await other.publish("straße.東京.größe", "m");
      const { subject, value } = await next(subscription);
      assertEquals([subject, value], ["straße.東京.größe", "m"]);
    }),
  );

  Deno.test(
    `The counters of a bus say what was published, delivered and dropped on ${engine.name}`,
    { ignore },
    withBus(engine, async ({ bus }) => {
      const before = bus.stats();
      await using kept = bus.subscribe("counted");
      await using small = bus.subscribe("counted", { maxMessages: 2 });
      await Promise.all([kept.ready, small.ready]);
      for (let index = 0; index < 5; index++) await bus.publish("counted", 1);
      await take(kept, 5);
      await until(() => small.stats().dropped === 3, "three are dropped");
      await take(small, 2);
      const { published, delivered, dropped, subscriptions } = bus.stats();
      assertEquals(
        [
          published - before.published,
          delivered - before.delivered,
          dropped - before.dropped,
          subscriptions - before.subscriptions,
        ],
        [5, 7, 3, 2],
      );
    }),
  );
}
