/**
 * Prometheus itself, where it is installed.
 *
 * @module
 */
import { TextLineStream } from "@std/streams";
import { findProgram } from "../support/programs.ts";

const prometheus: string | undefined = findProgram("prometheus");
if (prometheus === undefined) {
  console.warn("prometheus is not run: it is not installed");
}
/** For tests that need it. */
export const withPrometheus: { ignore: boolean } = {
  ignore: prometheus === undefined,
};

/** One series of the result of a query. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface QueryResponse {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value: readonly [number, string];
    }[];
  };
}

/** A server that scrapes one address of this host, until it is disposed. */
export class Prometheus implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #directory: string;
  readonly #log: Promise<void>;
  /** The address of its API. */
  readonly address: string;

  private constructor(
    child: Deno.ChildProcess,
    directory: string,
    address: string,
    log: Promise<void>,
  ) {
    this.#child = child;
    this.#directory = directory;
    this.address = address;
    this.#log = log;
  }

  /** Starts it, with an empty storage; resolves when it scrapes. */
  static async start(port: number): Promise<Prometheus> {
    const directory = await Deno.makeTempDir({ prefix: "prometheus-" });
    const config = `${directory}/prometheus.yml`;
    await Deno.writeTextFile(
      config,
      `global: { scrape_interval: 500ms, scrape_timeout: 500ms }
scrape_configs:
  - job_name: load
    static_configs: [{ targets: ["127.0.0.1:${port}"] }]
`,
    );
    const child = new Deno.Command(prometheus ?? "prometheus", {
      args: [
        `--config.file=${config}`,
        `--storage.tsdb.path=${directory}/data`,
        "--web.listen-address=127.0.0.1:0",
        "--log.format=json",
      ],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const ready = Promise.withResolvers<string>();
    const log = Array.fromAsync(
      child.stderr.pipeThrough(new TextDecoderStream())
        .pipeThrough(new TextLineStream()),
      (line) => {
        const { msg, address } = JSON.parse(line);
        if (msg === "Listening on") found = address;
        if (msg?.startsWith("Server is ready")) ready.resolve(found);
      },
    ).then(() => ready.reject(new Error("It has ended")));
    let found = "";
    const address = `http://${await ready.promise}`;
    const started = new Prometheus(child, directory, address, log);
    // It looks for targets for 5 s first, and then says that there is none.
    while ((await started.query("up")).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return started;
  }

  /** Returns what a query finds now. */
  async query(query: string): Promise<Series[]> {
    const parameters = new URLSearchParams({ query });
    const url = `${this.address}/api/v1/query?${parameters}`;
    const response = await fetch(url);
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    const { data }: QueryResponse = JSON.parse(text);
    return data.result.map(({ metric, value: [, value] }) => ({
      labels: metric,
      value: Number(value),
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.status;
    await this.#log;
    await Deno.remove(this.#directory, { recursive: true });
  }
}

/** Returns a port of this host that is free. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
