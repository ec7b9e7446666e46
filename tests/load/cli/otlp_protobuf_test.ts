// Whether a receiver would understand what a run exports is for the official
// schema of OTLP to say: the body is decoded by it, and nothing is left over.
import { assert, assertEquals } from "@std/assert";
import root from "@opentelemetry/otlp-transformer/build/src/generated/root.js";
import type { LoadResult } from "../../../src/load/result.ts";
import { bounded } from "../../support/net.ts";
import { Command, shortScenario } from "./command.ts";

/** A message of the schema, which has no types of its own. */
interface MessageType {
  decode(bytes: Uint8Array): object;
  verify(message: object): string | null;
  encode(message: object): { finish(): Uint8Array };
  toObject(message: object, options: { readonly longs: unknown }): Exported;
}

interface Point {
  readonly asInt?: number;
  readonly asDouble?: number;
  readonly count?: number;
}

interface Exported {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string;
        readonly unit?: string;
        readonly sum?: { readonly dataPoints: readonly Point[] };
        readonly histogram?: {
          readonly dataPoints: readonly Point[];
          readonly aggregationTemporality: number;
        };
      }[];
    }[];
  }[];
}

/** Returns a message of the schema by its full name. */
function messageType(name: string): MessageType {
  const found = name.split(".").reduce<unknown>(
    (part, key) => part instanceof Object ? Reflect.get(part, key) : undefined,
    root,
  );
  if (isMessageType(found)) return found;
  throw new TypeError(`The schema has no ${name}`);
}

function isMessageType(value: unknown): value is MessageType {
  return value instanceof Object &&
    ["decode", "verify", "encode", "toObject"].every((name) => name in value);
}

const REQUEST = messageType(
  "opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest",
);

Deno.test(
  "the official schema of OTLP decodes all that a run exports, with the counts of its result",
  bounded,
  async () => {
    const bodies: Uint8Array[] = [];
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async (request) => {
        const body = await request.bytes();
        if (new URL(request.url).pathname === "/v1/metrics") bodies.push(body);
        assertEquals(
          request.headers.get("content-type"),
          "application/x-protobuf",
        );
        return new Response(null, {
          headers: { "content-type": "application/x-protobuf" },
        });
      },
    );
    await using command = new Command();
    Object.assign(command.env, {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
    });
    const path = command.write("exported.json", shortScenario());
    const { code, stderr } = await command.run(
      ...[path, "--out", "out", "--no-page", "--set", "phases.steadyMs=500"],
    );
    assertEquals(code, 0, stderr);
    const { operations, total }: LoadResult = JSON.parse(
      command.read("out/result.json"),
    );
    assert(bodies.length > 0);
    for (const body of bodies) {
      const decoded = REQUEST.decode(body);
      assertEquals(REQUEST.verify(decoded), null);
      // A field that the schema does not have would be lost on the way.
      assertEquals(REQUEST.encode(decoded).finish().length, body.length);
    }
    const last = REQUEST.decode(bodies.at(-1) ?? new Uint8Array());
    const metrics = REQUEST.toObject(last, { longs: Number }).resourceMetrics
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap(({ metrics }) => metrics);
    const named = (name: string) => {
      const metric = metrics.find((one) => one.name === name);
      assert(metric !== undefined, name);
      return metric;
    };
    const { sum } = named("troupe.load.operations.planned");
    const planned = sum?.dataPoints.map(({ asInt = 0, asDouble = 0 }) =>
      asInt + asDouble
    );
    assertEquals(planned?.reduce((all, one) => all + one), total.planned);
    const { histogram, unit } = named("troupe.load.latency");
    assertEquals([unit, histogram?.aggregationTemporality], ["s", 2]);
    assertEquals(
      histogram?.dataPoints[0]?.count,
      operations[0]?.accounting.ok,
    );
  },
);
