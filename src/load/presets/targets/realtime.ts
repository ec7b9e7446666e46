/**
 * Events for all subscribers: as server-sent events at `/events`, and over a
 * WebSocket at `/socket`. Each has the time of its publication, in milliseconds
 * since 1970 with fractions, by the clock of this host:
 *
 * - over SSE: `event: tick`, `data:
 *   {"number":7,"publishedAt":1700000000000.25}`
 * - over WebSocket: `{"type":"tick","number":7,"publishedAt":1700000000000.25}`
 *
 * A subscriber that reads too slowly misses events.
 *
 * @module
 */
import { SseStream } from "../../../web/internal.ts";
import {
  MAX_CLIENTS,
  serveHttp,
  type TargetService,
} from "./target_service.ts";

/** Bytes that may wait for a WebSocket before it misses events. */
const MAX_BUFFERED_BYTES = 65_536;

/** Starts the service. */
export function serveRealtime(eventsPerSecond: number): TargetService {
  const events = new SseStream({ maxClients: MAX_CLIENTS });
  const sockets = new Set<WebSocket>();
  let number = 0;
  const timer = setInterval(() => {
    const publishedAt = performance.timeOrigin + performance.now();
    const tick = { number: ++number, publishedAt };
    events.publish("tick", JSON.stringify(tick));
    const text = JSON.stringify({ type: "tick", ...tick });
    for (const socket of sockets) {
      if (socket.bufferedAmount <= MAX_BUFFERED_BYTES) socket.send(text);
    }
  }, 1000 / eventsPerSecond);

  const subscribe = (request: Request): Response => {
    if (request.headers.get("upgrade") !== "websocket") {
      return new Response("It takes WebSockets", { status: 426 });
    }
    if (sockets.size >= MAX_CLIENTS) return new Response(null, { status: 503 });
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => void sockets.add(socket);
    socket.onclose = () => void sockets.delete(socket);
    return response;
  };

  return serveHttp("realtime", (request) => {
    switch (new URL(request.url).pathname) {
      case "/events":
        return events.respond(request);
      case "/socket":
        return subscribe(request);
      default:
        return new Response(null, { status: 404 });
    }
  }, () => {
    clearInterval(timer);
    events[Symbol.dispose]();
    for (const socket of sockets) socket.close();
  });
}
