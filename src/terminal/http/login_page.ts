/**
 * The page that a link with a ticket opens: it exchanges the ticket, and leads
 * to the terminal. Without a ticket it lists the sessions.
 *
 * @module
 */

/** The HTML of the page; its script is `login.js`. */
export const LOGIN_HTML = `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Terminal</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="icon" href="icon.svg">
    <link rel="stylesheet" href="page.css">
    <script type="module" src="login.js"></script>
  </head>
  <body class="login">
    <p id="text" role="status">One moment …</p>
    <ul id="sessions"></ul>
    <p id="grace"></p>
    <button type="button" id="start" hidden>New session</button>
    <noscript>This terminal needs JavaScript.</noscript>
  </body>
</html>
`;

/**
 * The script of the page. The part of the address after the `#` was not sent to
 * the server; the script removes it before anything else, so that neither the
 * history nor a bookmark contains it.
 */
export const LOGIN_SCRIPT =
  `const ticket = new URLSearchParams(location.hash.slice(1)).get("ticket");
history.replaceState(null, "", location.pathname);
// Another link that is opened in this tab changes only that part.
addEventListener("hashchange", () => location.reload());
const [text, list, button, grace] = ["text", "sessions", "start", "grace"]
  .map((id) => document.getElementById(id));

async function ask(method, path, body) {
  const response = await fetch(path, {
    method,
    ...(body && {
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  const result = await response.json();
  if (response.ok) return result;
  throw new Error(result.title + ". " + result.detail + ".");
}

const address = (id) => "./?session=" + encodeURIComponent(id);
const go = (id) => location.replace(address(id));
const start = async () => go((await ask("POST", "sessions", {})).id);

async function logIn() {
  // A browser that is logged in may open a link that was used.
  const granted = ticket &&
    await ask("POST", "login", { ticket }).catch((error) =>
      ask("GET", "login").then(() => undefined, () => Promise.reject(error))
    );
  if (granted && granted.session !== "all") return go(granted.session);
  const { role, graceMs } = await ask("GET", "login");
  const { sessions } = await ask("GET", "sessions");
  const running = sessions.filter(({ exit }) => !exit);
  if (granted && running.length === 1) return go(running[0].id);
  if (granted && role === "control" && running.length === 0) return start();
  text.textContent = sessions.length === 0
    ? "There are no sessions."
    : "Choose a session.";
  for (const { id, command, createdAt, exit } of sessions) {
    const link = document.createElement("a");
    link.href = address(id);
    link.title = id;
    link.textContent = command + ", " + (exit ? ended(exit) + ", " : "") +
      "started " + new Date(createdAt).toLocaleString();
    list.appendChild(document.createElement("li")).appendChild(link);
  }
  grace.textContent = graceMs === null
    ? "Programs keep running when nobody views them."
    : "Programs keep running for " + Number((graceMs / 60000).toFixed(1)) +
      " min when nobody views them.";
  button.hidden = role !== "control";
  button.onclick = () => start().catch(show);
}

const ended = ({ code, signal }) =>
  signal ? "ended by " + signal : "ended with code " + (code ?? "unknown");

function show(error) {
  text.textContent = error.message;
}

logIn().catch(show);
`;
