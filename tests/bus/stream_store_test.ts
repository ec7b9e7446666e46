// Both stores of streams, against a slow model: an array of what is kept.
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { MemoryStorage } from "../../src/bus/streams/memory_store.ts";
import { sizeOf } from "../../src/bus/streams/message_size.ts";
import { SqliteStorage } from "../../src/bus/streams/sqlite_storage.ts";
import type {
  StoredMessage,
  StreamStorage,
  StreamStore,
} from "../../src/bus/streams/store.ts";
import {
  type ResolvedStream,
  resolveStream,
} from "../../src/bus/streams/stream_config.ts";
import {
  overlap,
  SubjectFilter,
} from "../../src/bus/streams/subject_filter.ts";
import { matches } from "../../src/bus/subject_rules.ts";
import { isSlow } from "../support/slow.ts";

const NUM_RUNS = isSlow ? 500 : 15;
const SUBJECTS = ["a.x", "a.y", "a.é", "b", "a.x.deep"];
const PATTERNS = [">", "a.*", "a.x", "b", "a.>", "*.x", "c"];
const CONFIG: ResolvedStream = resolveStream("s", {
  subjects: [">"],
  durability: "memory",
  maxMessagesPerSubject: 1_000_000,
}, true);

/** What is kept, looked for one by one. */
class Model {
  messages: StoredMessage[] = [];
  lastSequence = 0;

  matching(pattern: string): StoredMessage[] {
    return this.messages.filter(({ subject }) => matches(pattern, subject));
  }

  lastOf(subject: string): StoredMessage | undefined {
    return this.matching(subject).at(-1);
  }
}

type Step = {
  readonly type: string;
  readonly subject?: string;
  readonly bytes?: Uint8Array;
  readonly sequences?: readonly number[];
};

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant("append"),
      subject: fc.constantFrom(...SUBJECTS),
      bytes: fc.uint8Array({ maxLength: 20 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("remove"),
      sequences: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("skip") }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("fail") }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("reopen") }) },
);

function write(
  storage: StreamStorage,
  store: StreamStore,
  model: Model,
  { type, subject = "", bytes = new Uint8Array(), sequences = [] }: Step,
): void {
  const sequence = model.lastSequence + 1;
  const timestampMs = 1000 * sequence;
  const size = sizeOf(subject, bytes);
  const message = { sequence, subject, size, timestampMs, bytes };
  storage.commit(false, () => {
    if (type === "append") store.append(message);
    else if (type === "remove") store.remove(sequences);
    else store.skipTo(sequence, timestampMs);
  });
  if (type === "remove") {
    const removed = new Set(sequences);
    model.messages = model.messages.filter(({ sequence }) =>
      !removed.has(sequence)
    );
    return;
  }
  model.lastSequence = sequence;
  if (type === "append") model.messages.push(message);
}

/** Writes much, and lets the commit fail. */
function fail(storage: StreamStorage, store: StreamStore, model: Model): void {
  const sequence = model.lastSequence + 1;
  const bytes = new Uint8Array(3);
  try {
    storage.commit(false, () => {
      store.append({ sequence, subject: "b", size: 4, timestampMs: 1, bytes });
      store.remove([1, 2, 3, sequence]);
      throw new RangeError("The commit is to fail");
    });
  } catch (error) {
    assertEquals(error instanceof RangeError, true);
  }
}

function check(store: StreamStore, model: Model): void {
  const { messages, lastSequence } = model;
  assertEquals({ ...store.summary }, {
    messages: messages.length,
    bytes: messages.reduce((sum, { size }) => sum + size, 0),
    firstSequence: messages[0]?.sequence ?? lastSequence + 1,
    lastSequence,
    lastTimestampMs: lastSequence * 1000,
  });
  for (const pattern of PATTERNS) {
    const filter = new SubjectFilter(pattern);
    const found: StoredMessage[] = [];
    for (let after = 0; after < lastSequence;) {
      const batch = store.read(after, lastSequence, filter, 3, 60);
      found.push(...batch.messages);
      assertEquals(batch.reachedSequence > after, true);
      after = batch.reachedSequence;
    }
    assertEquals(found, model.matching(pattern), pattern);
    const lasts = SUBJECTS.filter((subject) => matches(pattern, subject))
      .flatMap((subject) => model.lastOf(subject)?.sequence ?? []);
    assertEquals(
      store.lastSequences(filter),
      lasts.toSorted((one, other) => one - other),
    );
  }
  for (const subject of SUBJECTS) {
    assertEquals(store.last(subject), model.lastOf(subject));
    assertEquals(
      store.excess(subject, 2).map(({ sequence }) => sequence).toSorted(),
      model.matching(subject).slice(0, -2).map(({ sequence }) => sequence)
        .toSorted(),
    );
  }
  for (const at of [0, 2500, 4000, 1e9]) {
    assertEquals(
      store.firstSequenceAt(at),
      messages.find(({ timestampMs }) => timestampMs >= at)?.sequence ??
        lastSequence + 1,
    );
  }
  assertEquals(
    store.heads(2, 3).map(({ sequence, size }) => [sequence, size]),
    messages.filter(({ sequence }) => sequence > 2).slice(0, 3)
      .map(({ sequence, size }) => [sequence, size]),
  );
}

Deno.test("streams in memory and in a file keep, find and remove messages as a slow model of them does", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: "max" }), (steps) => {
      const directory = Deno.makeTempDirSync();
      let disk = new SqliteStorage(directory);
      try {
        const memory = new MemoryStorage();
        const kept = new Model();
        const inMemory = memory.create();
        const model = new Model();
        let store = disk.create(CONFIG);
        for (const step of steps) {
          if (step.type === "reopen") {
            disk.close();
            disk = new SqliteStorage(directory);
            store = disk.streams()[0]?.[1] ?? store;
          } else if (step.type === "fail") fail(disk, store, model);
          else {
            write(disk, store, model, step);
            write(memory, inMemory, kept, step);
          }
          check(store, model);
        }
        check(inMemory, kept);
      } finally {
        disk.close();
        Deno.removeSync(directory, { recursive: true });
      }
    }),
    { numRuns: NUM_RUNS },
  );
});

Deno.test("two patterns overlap exactly if there is a subject that both match", () => {
  const token = fc.constantFrom("a", "b", "*");
  const pattern = fc.tuple(
    fc.array(token, { minLength: 1, maxLength: 3 }),
    fc.boolean(),
  ).map(([tokens, hasRest]) =>
    [...tokens, ...(hasRest ? [">"] : [])].join(".")
  );
  const subjects = ["a", "b", "c"].flatMap((one) => [
    one,
    ...["a", "b", "c"].flatMap((two) => [
      `${one}.${two}`,
      ...["a", "b", "c"].flatMap((three) => [
        `${one}.${two}.${three}`,
        `${one}.${two}.${three}.a`,
      ]),
    ]),
  ]);
  fc.assert(
    fc.property(pattern, pattern, (one, other) => {
      const both = subjects.some((subject) =>
        matches(one, subject) && matches(other, subject)
      );
      assertEquals(overlap(one, other), both, `${one} and ${other}`);
      for (const subject of subjects) {
        assertEquals(
          new SubjectFilter(one).test(subject),
          matches(one, subject),
        );
      }
    }),
    { numRuns: isSlow ? 5000 : 300 },
  );
});
