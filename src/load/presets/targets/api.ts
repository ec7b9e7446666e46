/**
 * A JSON API over HTTP, with an actor behind it that holds the items.
 *
 * | Request | Response |
 * | --- | --- |
 * | `GET /items` | the first 20 items |
 * | `GET /items/7` | the item, or 404 |
 * | `PUT /items/7` | the new item, or 404 |
 * | `POST /items` | the item that was created, with 201 |
 *
 * An item is `{"id":7,"name":"…"}`. The first {@linkcode FIXED_ITEMS} items
 * exist from the start and are never removed; of the others, the oldest is
 * replaced when there are too many.
 *
 * @module
 */
import type {
  ActorRef,
  ActorSystem,
  Behavior,
  ReplyTo,
} from "../../../actor/mod.ts";
import { serveHttp, type TargetService } from "./target_service.ts";

/** The items that always exist, with ids from 1 on. */
export const FIXED_ITEMS = 1000;
/** The most created items that are kept. */
const CREATED_ITEMS = 10_000;
const LISTED_ITEMS = 20;
const MAX_BODY_BYTES = 65_536;

type Item = { readonly id: number; readonly name: string };

type StoreMessage =
  | { readonly type: "list"; readonly replyTo: ReplyTo<readonly Item[]> }
  | {
    readonly type: "read";
    readonly id: number;
    readonly replyTo: ReplyTo<Item | undefined>;
  }
  | {
    readonly type: "replace";
    readonly item: Item;
    readonly replyTo: ReplyTo<Item | undefined>;
  }
  | {
    readonly type: "create";
    readonly name: string;
    readonly replyTo: ReplyTo<Item>;
  };

/** Holds the items; lives as long as the service. */
const store: Behavior<StoreMessage> = () => {
  const items = new Map<number, Item>();
  for (let id = 1; id <= FIXED_ITEMS; id++) {
    items.set(id, { id, name: `item ${id}` });
  }
  let created = 0;
  return {
    receive(message) {
      switch (message.type) {
        case "list":
          message.replyTo.tell([...items.values().take(LISTED_ITEMS)]);
          break;
        case "read":
          message.replyTo.tell(items.get(message.id));
          break;
        case "replace": {
          const { item, replyTo } = message;
          const isThere = items.has(item.id);
          if (isThere) items.set(item.id, item);
          replyTo.tell(isThere ? item : undefined);
          break;
        }
        case "create": {
          const id = FIXED_ITEMS + 1 + created++ % CREATED_ITEMS;
          const item = { id, name: message.name };
          items.set(id, item);
          message.replyTo.tell(item);
          break;
        }
        default:
          message satisfies never;
      }
    },
  };
};

/** Starts the service. */
export function serveApi(system: ActorSystem): TargetService {
  const items = system.spawn(store, { name: "items" });
  return serveHttp("api", (request) => respond(items, request));
}

async function respond(
  items: ActorRef<StoreMessage>,
  request: Request,
): Promise<Response> {
  const { pathname } = new URL(request.url);
  const [, number] = /^\/items(?:\/(\d{1,9}))?$/.exec(pathname) ?? ["", "0"];
  const id = number === undefined ? undefined : Number(number);
  const isList = id === undefined;
  switch (`${request.method} ${isList ? "list" : "item"}`) {
    case "GET list":
      return Response.json(
        await items.ask<readonly Item[]>((replyTo) => ({
          type: "list",
          replyTo,
        })),
      );
    case "GET item":
      return found(
        await items.ask<Item | undefined>((replyTo) => ({
          type: "read",
          id: id ?? 0,
          replyTo,
        })),
      );
    case "PUT item": {
      const name = await nameOf(request);
      if (name === undefined) return wrong();
      const item = { id: id ?? 0, name };
      return found(
        await items.ask<Item | undefined>((replyTo) => ({
          type: "replace",
          item,
          replyTo,
        })),
      );
    }
    case "POST list": {
      const name = await nameOf(request);
      if (name === undefined) return wrong();
      const item = await items.ask<Item>((replyTo) => ({
        type: "create",
        name,
        replyTo,
      }));
      return Response.json(item, { status: 201 });
    }
    default:
      return problem(405, "The method is not supported");
  }
}

function found(item: Item | undefined): Response {
  return item ? Response.json(item) : problem(404, "The item does not exist");
}

function wrong(): Response {
  return problem(400, 'The body must be {"name":"…"}, of 64 KiB at most');
}

function problem(status: number, error: string): Response {
  return Response.json({ error }, { status });
}

/** Returns the name in the body, if the body is valid. */
async function nameOf(request: Request): Promise<string | undefined> {
  const size = Number(request.headers.get("content-length") ?? NaN);
  if (!(size <= MAX_BODY_BYTES)) return undefined;
  try {
    const { name } = Object(await request.json());
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined;
  }
}
