/**
 * A receiver of OTLP over HTTP, which keeps the last value of each series.
 *
 * @module
 */

/** A value as OTLP has it in JSON; 64-bit integers are strings. */
interface AnyValue {
  readonly stringValue?: string;
}

interface DataPoint {
  readonly attributes: readonly {
    readonly key: string;
    readonly value: AnyValue;
  }[];
  readonly asDouble?: number;
  readonly asInt?: string;
  readonly count?: string;
  readonly sum?: number;
  readonly bucketCounts?: readonly string[];
  readonly explicitBounds?: readonly number[];
}

interface ExportRequest {
  readonly resourceMetrics?: readonly {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string;
        readonly unit: string;
        readonly description: string;
        readonly sum?: Points;
        readonly gauge?: Points;
        readonly histogram?: Points;
      }[];
    }[];
  }[];
}

interface Points {
  readonly dataPoints: readonly DataPoint[];
  /** 2 for counts since the start. */
  readonly aggregationTemporality?: number;
  readonly isMonotonic?: boolean;
}

/** The last value of a series. */
export interface Received {
  readonly kind: "sum" | "gauge" | "histogram";
  readonly unit: string;
  readonly description: string;
  readonly isMonotonic: boolean | undefined;
  readonly temporality: number | undefined;
  /** A number; of a histogram it is that of its values. */
  readonly value: number;
  readonly sum: number | undefined;
  readonly bucketCounts: readonly number[];
  readonly explicitBounds: readonly number[];
}

/** Receives metrics on a port of this host, until it is disposed. */
export class OtlpReceiver implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** The last values, by name and attributes in order. */
  readonly series: Map<string, Received> = new Map();
  #onRequest: (() => void) | undefined;

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async (request) => {
        const body: ExportRequest = await request.json();
        if (new URL(request.url).pathname === "/v1/metrics") this.#take(body);
        return Response.json({});
      },
    );
  }

  /** What a process needs in its environment to send its metrics here. */
  get env(): Record<string, string> {
    return {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${this.#server.addr.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    };
  }

  #take({ resourceMetrics = [] }: ExportRequest): void {
    const metrics = resourceMetrics.flatMap(({ scopeMetrics }) =>
      scopeMetrics.flatMap(({ metrics }) => metrics)
    );
    for (const metric of metrics) {
      const { name, unit, description, sum, gauge, histogram } = metric;
      const points = sum ?? gauge ?? histogram;
      for (const point of points?.dataPoints ?? []) {
        const labels = point.attributes
          .map(({ key, value }) => `${key}=${value.stringValue}`).sort();
        this.series.set([name, ...labels].join(" "), {
          kind: sum ? "sum" : gauge ? "gauge" : "histogram",
          unit,
          description,
          isMonotonic: points?.isMonotonic,
          temporality: points?.aggregationTemporality,
          value: Number(point.asDouble ?? point.asInt ?? point.count),
          sum: point.sum,
          bucketCounts: (point.bucketCounts ?? []).map(Number),
          explicitBounds: point.explicitBounds ?? [],
        });
      }
    }
    this.#onRequest?.();
  }

  /** Resolves when it is true, after one of the requests. */
  until(isTrue: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#onRequest = () => {
        if (isTrue()) resolve();
      };
      this.#onRequest();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
