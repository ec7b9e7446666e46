// A worker on the bus of the main thread: each says what it hears to all.
import { connectBus } from "../../../src/bus/mod.ts";
import type { CoreMain } from "../../../src/cores/mod.ts";

const main: CoreMain = async (core) => {
  const bus = await connectBus(core.connector());
  const subscription = bus.subscribe("to.*", {
    handler: ({ subject, value }) =>
      void bus.publish(`heard.${core.index}`, [subject, value]),
  });
  await subscription.ready;
  await bus.track("workers", `core-${core.index}`, core.incarnation);
  const speaking = bus.subscribe(`say.${core.index}`, {
    handler: ({ value }) => void bus.publish(`to.${core.index}`, value),
  });
  await speaking.ready;
  bus.subscribe(`end.${core.index}`, { handler: () => Deno.exit(0) });
  return bus;
};

export default main;
