// The target of `shop.yaml`, in Node alone: a shop in which one logs in by a form
// that is protected against forgery, fills a basket and orders.
//
// - `GET /login` has a form with a token that belongs to the cookie `visit`
// - `POST /login` takes name, pin and that token; it returns a bearer token, and
//   sets the cookie `session`
// - `POST /baskets` returns 201 and where the basket is, `GET` there what is in it
// - `POST /orders` orders it, once for each `idempotency-key`
//
// Run it: node examples/load/shop_server.mjs
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import process from "node:process";

/** The form token of each visit. */
const forms = new Map();
/** The bearer token of each session. */
const sessions = new Map();
const baskets = new Map();
const orders = new Map();

function reply(response, status, body, headers = {}) {
  const isText = typeof body === "string";
  response.writeHead(status, {
    "content-type": isText ? "text/html" : "application/json",
    ...headers,
  });
  response.end(isText ? body : JSON.stringify(body));
}

function cookiesOf({ headers }) {
  const pairs = (headers.cookie ?? "").split("; ").map((one) => one.split("="));
  return Object.fromEntries(pairs);
}

function isLoggedIn(request) {
  const token = sessions.get(cookiesOf(request).session);
  return token !== undefined &&
    request.headers.authorization === `Bearer ${token}`;
}

async function jsonOf(request) {
  let text = "";
  for await (const piece of request) text += piece;
  return JSON.parse(text);
}

async function respond(request, response) {
  const route = `${request.method} ${request.url}`;
  if (route === "GET /login") {
    const visit = randomUUID();
    forms.set(visit, randomUUID());
    const form = `<form><input name="csrf" value="${forms.get(visit)}"></form>`;
    return reply(response, 200, form, {
      "set-cookie": `visit=${visit}; HttpOnly; Path=/`,
    });
  }
  if (route === "POST /login") {
    const { name, pin, csrf } = await jsonOf(request);
    const { visit } = cookiesOf(request);
    if (csrf === undefined || forms.get(visit) !== csrf) {
      return reply(response, 403, { error: "the form is not from here" });
    }
    forms.delete(visit);
    if (typeof name !== "string" || !/^0\d{3}$/.test(pin)) {
      return reply(response, 401, { error: "the pin is wrong" });
    }
    const [session, token] = [randomUUID(), randomUUID()];
    sessions.set(session, token);
    return reply(response, 200, { token, customer: { name } }, {
      "set-cookie": [
        `session=${session}; HttpOnly; Path=/`,
        "visit=; Max-Age=0; Path=/",
      ],
    });
  }
  if (!isLoggedIn(request)) {
    return reply(response, 401, { error: "log in first" });
  }
  if (route === "POST /baskets") {
    const id = randomUUID();
    baskets.set(id, await jsonOf(request));
    return reply(response, 201, { id }, { location: `/baskets/${id}` });
  }
  if (request.method === "GET" && request.url?.startsWith("/baskets/")) {
    const basket = baskets.get(request.url.slice("/baskets/".length));
    return basket === undefined
      ? reply(response, 404, { error: "there is no such basket" })
      : reply(response, 200, basket);
  }
  if (route === "POST /orders") {
    const key = request.headers["idempotency-key"];
    const { basket } = await jsonOf(request);
    if (key === undefined || orders.has(key) || !baskets.delete(basket)) {
      return reply(response, 409, { error: "there is nothing to order" });
    }
    orders.set(key, basket);
    return reply(response, 201, { order: orders.size });
  }
  reply(response, 404, { error: "there is no such page" });
}

const server = createServer((request, response) => {
  respond(request, response).catch((error) =>
    reply(response, 500, { error: error.message })
  );
});
server.listen(0, "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
// A load test that is ended by Ctrl-C ends its target itself, by SIGTERM.
process.on("SIGINT", () => {});
