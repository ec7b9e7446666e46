import { assertEquals } from "@std/assert";
import type { ReplyTo } from "../../src/actor/mod.ts";
import { ActorSystem } from "../../src/actor/system.ts";
import { Bus, serveBus } from "../../src/bus/mod.ts";
import { expose, implement } from "../../src/remote/mod.ts";
import type { Direction } from "../support/fault_proxy.ts";
import { inBrowser, TestBrowser } from "../terminal/browser.ts";
import { Counter } from "./modules/counter.ts";
import { bundleModule } from "./talks.ts";
import { WebNet, type WebNetOptions } from "./web_net.ts";

const CUTS = 5;

/**
 * Runs a function of the module in a page. Each WebSocket is cut after two
 * kilobytes in a direction, until there were enough cuts.
 */
async function inPage<T>(
  call: string,
  serve: NonNullable<WebNetOptions["serve"]>,
  direction: Direction,
): Promise<T> {
  const script = await bundleModule("bus_page.ts");
  let cuts = 0;
  await using net: WebNet = new WebNet({
    serve: {
      ...serve,
      onState({ phase }) {
        if (phase !== "connected" || cuts === CUTS) return;
        cuts++;
        net.proxy.cutAfter(2000, direction);
      },
    },
    fetch: (request) =>
      request.url.endsWith("/page.js")
        ? new Response(script, {
          headers: { "content-type": "text/javascript" },
        })
        : new Response("<!DOCTYPE html><link rel=icon href=data:,>", {
          headers: { "content-type": "text/html" },
        }),
  });
  await using browser = await TestBrowser.open();
  await browser.page.goto(new URL("/", net.url).href);
  const result: T = await browser.page.evaluate(
    `import("/page.js").then((page) => page.${call})`,
  );
  assertEquals(net.sessions.stats().resumes, CUTS);
  return result;
}

Deno.test(
  "a page in Chromium asks an actor of its server, over cuts",
  inBrowser,
  async () => {
    await using system = new ActorSystem();
    type Message = { by: number } | { replyTo: ReplyTo<number> };
    const counter = system.spawn<Message>(() => {
      let total = 0;
      return {
        receive(message) {
          if ("by" in message) total += message.by;
          else message.replyTo.tell(total);
        },
      };
    });
    const exposed = expose(system, [
      implement(Counter, counter, {
        add: ({ by }) => ({ by }),
        read: (_, replyTo) => ({ replyTo }),
      }),
    ]);
    const { serve, accept } = exposed;
    assertEquals(
      await inPage("count('/sessions', 2000)", { serve, accept }, "to_target"),
      2000,
    );
  },
);

Deno.test(
  "a page in Chromium hears what is published on a bus of its server, in order and over cuts",
  inBrowser,
  async () => {
    await using system = new ActorSystem();
    await using bus = new Bus(system);
    await using starts = bus.subscribe("ready", {
      async handler({ value }) {
        for (let number = 0; number < Number(value); number++) {
          await bus.publish("numbers.all", number);
          if (number % 20 === 0) {
            await new Promise((resolve) => setTimeout(resolve));
          }
        }
      },
    });
    await starts.ready;
    const heard = await inPage(
      "hear('/sessions', 2000)",
      serveBus(bus).options,
      "to_dialler",
    );
    assertEquals(heard, Array.from({ length: 2000 }, (_, number) => number));
  },
);
