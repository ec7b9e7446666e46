/**
 * The list of alerts in the page.
 *
 * @module
 */
import type { AlertEvent } from "../feed.ts";
import { alertText } from "./alert_list.ts";

/** Shows a list of alerts in its section. */
export function showAlerts(
  section: HTMLElement,
  list: readonly AlertEvent[],
): void {
  section.hidden = list.length === 0;
  section.querySelector("ul")?.replaceChildren(...list.map((alert) => {
    const item = document.createElement("li");
    item.dataset.state = alert.state;
    const name = document.createElement("strong");
    name.textContent = `${alert.name} ${alert.state}`;
    const text = document.createElement("span");
    text.textContent = alertText(alert);
    const time = document.createElement("time");
    time.textContent = new Date(alert.atMs).toLocaleTimeString("en-GB");
    item.append(name, text, time);
    return item;
  }));
}
