import { assert, assertEquals } from "@std/assert";
import { standardDrivers } from "../../../src/load/drivers/drivers.ts";
import { LoadTestManager } from "../../../src/load/load_test_manager.ts";
import type { OperationResult } from "../../../src/load/operation_result.ts";
import type { Scenario } from "../../../src/load/scenario/scenario.ts";
import { ANY_MACHINE } from "../../support/load_drivers.ts";
import { bounded } from "../../support/net.ts";

/** A flow, and two operations of which one always fails. */
function scenario(url: string): Scenario {
  const found = {
    name: "found",
    field: "body.found",
    is: "equal",
    value: true,
  } as const;
  const status = { field: "status", is: "below", value: 300 } as const;
  return {
    name: "shop",
    load: { model: "closed", users: 4 },
    phases: { steadyMs: 60_000 },
    defaults: { http: { url } },
    operations: [
      {
        name: "buy",
        steps: [
          {
            name: "look",
            driver: "http",
            request: { url: "/found" },
            checks: [found, status],
            tags: { kind: "reading" },
          },
          {
            name: "tea",
            driver: "http",
            request: { url: "/tea", statuses: [418] },
          },
        ],
      },
      {
        name: "list",
        driver: "http",
        request: { url: "/lost" },
        // Both are counted, also the one after the first that does not hold.
        checks: [found, status],
        tags: { kind: "reading" },
      },
      { name: "break", driver: "http", request: { url: "/broken" } },
    ],
    criteria: [
      { metric: "errorRate", is: "at_most", value: 1 },
      { metric: "checkRate", check: "found", is: "below", value: 1 },
      { metric: "checkRate", operation: "buy", is: "at_least", value: 1 },
      { metric: "statusRate.4xx", operation: "buy", is: "above", value: 0 },
      { metric: "statusCount.5xx", operation: "break", is: "above", value: 0 },
      { metric: "timeoutCount", is: "at_most", value: 0 },
      {
        metric: "latency.p97.5",
        tags: { kind: "reading" },
        is: "below",
        value: 60_000,
      },
    ],
  };
}

/** Responds, and ends the run once each path was requested ten times. */
class Shop {
  readonly #ended = new AbortController();
  readonly #counts = new Map<string, number>();
  readonly signal: AbortSignal = this.#ended.signal;

  respond({ url }: Request): Response {
    const { pathname } = new URL(url);
    this.#counts.set(pathname, (this.#counts.get(pathname) ?? 0) + 1);
    const counts = [...this.#counts.values()];
    if (counts.length === 4 && Math.min(...counts) >= 10) this.#ended.abort();
    switch (pathname) {
      case "/found":
        return Response.json({ found: true });
      case "/tea":
        return new Response("short and stout", { status: 418 });
      case "/lost":
        return Response.json({ found: false });
      default:
        return new Response("out of order", { status: 503 });
    }
  }
}

for (const workers of [1, 2]) {
  Deno.test(
    `statuses and checks of ${workers} threads are counted by operation, and criteria are about them`,
    bounded,
    async () => {
      const shop = new Shop();
      await using server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen() {} },
        (request) => shop.respond(request),
      );
      const manager = new LoadTestManager({
        drivers: standardDrivers(),
        health: ANY_MACHINE,
      });
      const url = `http://127.0.0.1:${server.addr.port}`;
      const { signal } = shop;
      const result = await manager.run(scenario(url), { workers, signal });
      assertEquals(
        result.criteria.map(({ reason }) => reason),
        result.criteria.map(() => null),
      );
      assertEquals(result.verdict, "aborted");
      assertEquals(result.abortedBy, null);
      const [buy, look, tea, list, broken] = result.operations;
      assert(buy && look && tea && list && broken);
      const outcomes = ({ accounting: { ok, failed } }: OperationResult) =>
        ok + failed;
      const [looks, lists] = [outcomes(look), outcomes(list)];
      assertEquals(look.statuses, { "2xx": looks });
      assertEquals(tea.statuses, { "4xx": tea.accounting.ok });
      assertEquals(buy.statuses, { ...look.statuses, ...tea.statuses });
      assertEquals(broken.statuses, { "5xx": broken.accounting.failed });
      assertEquals(list.checks, [
        { name: "found", held: 0, broken: lists },
        { name: "status below 300", held: lists, broken: 0 },
      ]);
      assertEquals(buy.checks, look.checks);
      assertEquals(result.steady.checks[0], {
        name: "found",
        held: looks,
        broken: lists,
      });
      // Every figure is in JSON, and the same there.
      assertEquals(JSON.parse(JSON.stringify(result)).steady, result.steady);
    },
  );
}
