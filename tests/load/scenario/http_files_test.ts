import { assert, assertEquals, assertThrows } from "@std/assert";
import { standardDrivers } from "../../../src/load/drivers/drivers.ts";
import { LoadTestManager } from "../../../src/load/load_test_manager.ts";
import { operationsToCsv } from "../../../src/load/report/csv_report.ts";
import { resultToHtml } from "../../../src/load/report/html_report.ts";
import { resultToText } from "../../../src/load/report/text_report.ts";
import { ScenarioError } from "../../../src/load/scenario/scenario_error.ts";
import { parseScenario } from "../../../src/load/scenario/scenario_text.ts";
import { bounded } from "../../support/net.ts";
import { ca, server as identity } from "../../support/tls/certificates.ts";

/** Runs a test in a folder with a certificate and two files. */
async function inFolder(
  test: (folder: string) => Promise<void> | void,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/ca.pem`, ca);
    await Deno.mkdir(`${folder}/photos`);
    await Deno.writeTextFile(`${folder}/photos/a.txt`, "the first");
    await Deno.writeTextFile(`${folder}/photos/b.txt`, "the other");
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const scenarioOf = (port: number) =>
  `name: upload
load: { model: closed, users: 2 }
phases: { steadyMs: 60000 }
defaults:
  http: { url: "https://localhost:${port}", caFile: ca.pem, connections: per_user }
feeders:
  photos: { records: [{ name: a.txt }, { name: b.txt }] }
operations:
  - name: send
    driver: http
    request: { url: /, bodyFile: "photos/\${photos.name}" }
  - name: album
    steps:
      - name: fill
        driver: http
        request:
          url: /form
          multipart:
            - { name: title, value: "\${photos.name}" }
            - { name: photo, file: photos/a.txt }
        checks:
          - { field: firstByteMs, is: above, value: 0 }
      - name: modern
        driver: http
        request: { url: /, version: 2 }
criteria:
  - { metric: firstByteTime.p99, is: below, value: 60000 }
  - { metric: tlsTime.max, operation: send, is: below, value: 60000 }
  - { metric: connectTime.p50, operation: album/modern, is: below, value: 60000 }
`;

for (const workers of [1, 2]) {
  Deno.test(
    `files beside a scenario are sent and trusted, and the parts of the times are in all reports, on ${workers} thread(s)`,
    bounded,
    () =>
      inFolder(async (folder) => {
        const bodies = new Set<string>();
        let modern = 0;
        const over = new AbortController();
        await using server = Deno.serve({
          hostname: "127.0.0.1",
          port: 0,
          onListen() {},
          ...identity,
        }, async (request) => {
          if (request.url.endsWith("/form")) {
            const form = await request.formData();
            const photo = form.get("photo");
            bodies.add(
              `${form.get("title")} ${
                photo instanceof File ? await photo.text() : "no file"
              }`,
            );
          } else if (request.method === "POST") {
            bodies.add(await request.text());
          } else modern++;
          // By then there are some of each.
          if (bodies.size === 4 && modern >= 10) over.abort();
          return Response.json({ ok: true });
        });
        const drivers = standardDrivers();
        const scenario = parseScenario(scenarioOf(server.addr.port), {
          fileName: `${folder}/upload.yaml`,
          drivers,
        });
        const result = await new LoadTestManager({ drivers })
          .run(scenario, { workers, signal: over.signal });
        assertEquals([...bodies].sort(), [
          "a.txt the first",
          "b.txt the first",
          "the first",
          "the other",
        ]);
        const [send, album, fill, last] = result.operations;
        assert(send !== undefined && fill !== undefined);
        assertEquals(send.errors, []);
        const { ok } = send.accounting;
        assert(ok > 0);
        assertEquals(send.firstByteTime?.count, ok);
        assertEquals(send.restTime?.count, ok);
        // Each user has opened a connection, and all others are in the ramp.
        const opened = (send.tlsTime?.count ?? 0) + (fill.tlsTime?.count ?? 0);
        assert(opened >= 1 && opened <= 2, `${opened}`);
        for (const row of [album, last]) {
          assertEquals(row?.firstByteTime, null);
          assertEquals(row?.connectTime, null);
        }
        assertEquals(
          result.steady.firstByteTime?.count,
          ok + fill.accounting.ok,
        );
        const [first, , modernCriterion] = result.criteria;
        assertEquals(first?.outcome, "held");
        assertEquals(modernCriterion?.outcome, "no_data");
        for (const report of [resultToText(result), resultToHtml(result)]) {
          assert(report.includes("album/fill: first byte"));
          assert(!report.includes("modern: first byte"));
        }
        const [columns = "", row = ""] = operationsToCsv(result).split("\r\n");
        const at = columns.split(",").indexOf("firstByteTime.count");
        assertEquals(row.split(",")[at], `${ok}`);
      }),
  );
}

Deno.test("what is wrong with files and versions has line, column and suggestion, also in the defaults", () =>
  inFolder((folder) => {
    const text = scenarioOf(1).replace("ca.pem", "ca.pme")
      .replace("photos/a.txt", "photos/c.txt")
      .replace("version: 2", "verison: 3")
      .replace("firstByteTime.p99", "firstbyteTime.p99");
    const fileName = `${folder}/upload.yaml`;
    const { message } = assertThrows(
      () => parseScenario(text, { fileName, drivers: standardDrivers() }),
      ScenarioError,
    );
    assertEquals(
      message,
      `Cannot use the scenario:
${fileName}:5:39: defaults.http.caFile is "${folder}/ca.pme", which does not exist
${fileName}:20:30: operations[1].steps[0].request.multipart[1].file is "${folder}/photos/c.txt", which does not exist
${fileName}:25:28: operations[1].steps[1].request.verison is not a known field, did you mean "version"?
${fileName}:25:28: operations[1].steps[1].request.verison is "3", choose one of 1.1, 2
${fileName}:27:7: criteria[0].metric is "firstbyteTime.p99", did you mean "firstByteTime.p99"?`,
    );
  }));
