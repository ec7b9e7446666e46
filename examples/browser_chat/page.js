/**
 * The page of the chat. It holds one logical connection, and does nothing about
 * cuts: the session below it does.
 *
 * @module
 */
import { connectWeb, json, TypedConnection } from "./sessions/client.js";

const element = (id) => document.getElementById(id);
const state = element("state");
const offline = element("offline");
const lines = element("lines");
const text = element("text");

let socket;
const client = connectWeb("./sessions/", {
  onState: ({ phase }) => state.textContent = phase,
  backoff: { initialMs: 50, maxMs: 1000 },
  // Kept, so that the button can break it.
  open(url) {
    if (offline.checked) throw new Error("the page stays away");
    return socket = new WebSocket(url);
  },
});
element("cut").onclick = () => socket?.close();

const chat = new TypedConnection(await client.connect(), json());
element("say").onsubmit = (event) => {
  event.preventDefault();
  // Also while there is no socket: it is sent when there is one again.
  chat.send(text.value);
  text.value = "";
};
try {
  for await (const line of chat) {
    const item = document.createElement("li");
    item.textContent = line;
    lines.append(item);
  }
} catch (error) {
  state.textContent = `over: ${error.message}`;
}
