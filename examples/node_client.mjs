/**
 * A program in Node, from 20.16 on, that joins the chat of examples/browser_chat
 * over TCP: it says something, prints what it hears, and leaves at Ctrl-C. Like the
 * page it does nothing about cuts.
 *
 * Permissions: none
 * Run it: node examples/node_client.mjs ADDRESS_OF_CLIENT_JS PORT TEXT
 *
 * @module
 */
import process from "node:process";

const [client, port, ...texts] = process.argv.slice(2);
if (port === undefined) {
  console.error("Type what examples/browser_chat/main.ts prints for Node");
  process.exit(2);
}

// A program of your own has the client as a file, which `clientModule()` gives.
const source = await (await fetch(client)).text();
const { connectNode, json, TypedConnection } = await import(
  `data:text/javascript,${encodeURIComponent(source)}`
);

const session = connectNode({ port: Number(port) }, {
  onState: ({ phase }) => console.log(`The session is ${phase}`),
  backoff: { initialMs: 50, maxMs: 1000 },
});
process.once("SIGINT", () => session.close());

const chat = new TypedConnection(await session.connect(), json());
for (const text of texts) await chat.send(text);
try {
  for await (const line of chat) console.log(line);
} catch (error) {
  // The server has ended.
  console.log(error.message);
  await session.close();
}
