// What the types forbid, as a program without types does it.
import { assertRejects, assertThrows } from "@std/assert";
import {
  BottleneckAnalyzer,
  correlate,
  FileOperationsProfiler,
  HeapWatch,
  judgeHeap,
  NetworkProfiler,
  PerformanceProfiler,
  readCpuProfiles,
  reportToText,
  webCacheLookup,
} from "../../src/profile/mod.ts";
import { directoryStorage, memoryStorage } from "../../src/storage/mod.ts";

for (
  const [what, act, text] of [
    [
      "HeapWatch",
      () => Reflect.construct(HeapWatch, [{ intervalMillis: 5 }]),
      'option "intervalMillis" of HeapWatch: it is not known',
    ],
    [
      "HeapWatch",
      () => Reflect.construct(HeapWatch, [{ collectGarbage: "no" }]),
      'collectGarbage: it is "no", it must be true or false',
    ],
    [
      "HeapWatch",
      () => Reflect.construct(HeapWatch, [{ operations: 5 }]),
      "operations: it is a number, it must be a function",
    ],
    [
      "HeapWatch",
      () => Reflect.construct(HeapWatch, [{ signal: new AbortController() }]),
      "signal: it is an AbortController, it must be an AbortSignal",
    ],
    [
      "judgeHeap",
      () => Reflect.apply(judgeHeap, undefined, [[], { significanse: 0.1 }]),
      'did you mean "significance"?',
    ],
    [
      "judgeHeap",
      () => Reflect.apply(judgeHeap, undefined, []),
      "samples: it is missing, it must be an array of HeapSample",
    ],
    [
      "correlate",
      () => Reflect.apply(correlate, undefined, [{}]),
      "series: it is an object, it must be an array",
    ],
    [
      "correlate",
      () => Reflect.apply(correlate, undefined, [[], { stepms: 5 }]),
      'did you mean "stepMs"?',
    ],
    [
      "correlate",
      () => Reflect.apply(correlate, undefined, [[{ name: "a" }]]),
      "the points of a series: it is missing",
    ],
    [
      "PerformanceProfiler",
      () => Reflect.construct(PerformanceProfiler, [{ intervalMicros: 50 }]),
      "an argument of PerformanceProfiler: it is an object",
    ],
    [
      "NetworkProfiler",
      () => Reflect.construct(NetworkProfiler, [{ sample: 5 }]),
      'did you mean "samples"?',
    ],
    [
      "NetworkProfiler",
      () => Reflect.construct(NetworkProfiler, [{ caCerts: "PEM" }]),
      "caCerts: it is a string, it must be an array of PEM texts",
    ],
    [
      "FileOperationsProfiler",
      () => Reflect.construct(FileOperationsProfiler, [{ repeat: 5 }]),
      'option "repeat" of FileOperationsProfiler: it is not known',
    ],
    [
      "FileOperationsProfiler",
      () => Reflect.construct(FileOperationsProfiler, [{ clock: {} }]),
      "clock: it is an object without now(), it must be a clock",
    ],
    [
      "BottleneckAnalyzer",
      () => Reflect.construct(BottleneckAnalyzer, []),
      "targets: it is missing, it must be an object",
    ],
    [
      "memoryStorage",
      () => Reflect.apply(memoryStorage, undefined, ["/tmp"]),
      'an argument of memoryStorage(): it is "/tmp", it must be left out',
    ],
    [
      "directoryStorage",
      () => Reflect.apply(directoryStorage, undefined, []),
      "path: it is missing, it must be a string",
    ],
    [
      "webCacheLookup",
      () => Reflect.apply(webCacheLookup, undefined, [{}]),
      "cache: it is an object without match(), it must be a Cache",
    ],
    [
      "reportToText",
      () => Reflect.apply(reportToText, undefined, []),
      "report: it is missing, it must be the report of a profiler",
    ],
  ] as const
) {
  Deno.test(`${what} refuses: ${text}`, () => {
    assertThrows(act, TypeError, text);
  });
}

Deno.test("the measurements refuse options and arguments that are wrong", async () => {
  const network = new NetworkProfiler();
  const files = new FileOperationsProfiler();
  await using profiler = new PerformanceProfiler();
  const url = "http://127.0.0.1:1/";
  for (
    const [act, text] of [
      [
        () => Reflect.apply(network.http, network, [url, { uploadURL: url }]),
        'did you mean "uploadUrl"?',
      ],
      [
        () => Reflect.apply(network.sse, network, [url, { streams: 1 }]),
        'option "streams" of sse(): it is not known',
      ],
      [
        () => Reflect.apply(network.webSocket, network, [url, { signal: 5 }]),
        "signal: it is a number",
      ],
      [
        () =>
          Reflect.apply(network.logical, network, [{ port: 1 }, { pol: {} }]),
        'did you mean "pool"?',
      ],
      [
        () => Reflect.apply(files.upload, files, [url, { sinal: 5 }]),
        'did you mean "signal"?',
      ],
      [
        () => Reflect.apply(files.storage, files, [{}]),
        "backend: it is an object without put()",
      ],
      [
        () => Reflect.apply(files.compression, files, ["abc"]),
        "data: it is a string, it must be a Uint8Array",
      ],
      [
        () => Reflect.apply(files.cache, files, [{}, ["a"]]),
        "lookup: it is an object, it must be a function",
      ],
      [
        () => Reflect.apply(profiler.profile, profiler, []),
        "work: it is missing, it must be a function",
      ],
      [
        () =>
          Reflect.apply(profiler.profile, profiler, [() => {}, {
            interval: 5,
          }]),
        'did you mean "intervalMicros"?',
      ],
      [
        () => Reflect.apply(readCpuProfiles, undefined, []),
        "directory: it is missing, it must be a string",
      ],
    ] as const
  ) {
    await assertRejects(() => Promise.resolve(act()), TypeError, text);
  }
});
