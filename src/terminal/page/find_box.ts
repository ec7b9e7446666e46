/**
 * The box that finds text in the output.
 *
 * @module
 */
import type { ISearchOptions } from "@xterm/addon-search";
import { byId, onPress } from "./elements.ts";
import type { XtermScreen } from "./screen.ts";

/** Makes the box work; Ctrl+Shift+F opens it. `found` has the colours. */
export function useFindBox(
  { terminal, search }: XtermScreen,
  found: () => ISearchOptions,
): void {
  const box = byId("find", HTMLElement);
  const text = byId("find-text", HTMLInputElement);
  const count = byId("find-count", HTMLElement);

  const open = (): void => {
    box.hidden = false;
    text.value = terminal.getSelection() || text.value;
    text.select();
    text.focus();
  };
  const close = (): void => {
    box.hidden = true;
    search.clearDecorations();
    terminal.focus();
  };
  const previous = (): void => void search.findPrevious(text.value, found());
  const next = (): void => void search.findNext(text.value, found());

  search.onDidChangeResults(({ resultIndex, resultCount }) => {
    count.textContent = text.value === ""
      ? ""
      : resultCount === 0
      ? "none"
      : `${resultIndex + 1} of ${resultCount}`;
  });
  text.addEventListener("input", () => {
    search.findPrevious(text.value, { ...found(), incremental: true });
    if (text.value === "") count.textContent = "";
  });
  text.addEventListener("keydown", (event) => {
    // Enter goes back in time, as the newest output is at the end.
    if (event.key === "Enter") event.shiftKey ? next() : previous();
    if (event.key === "Escape") close();
  });
  byId("find-open", HTMLElement).addEventListener("click", open);
  byId("find-close", HTMLElement).addEventListener("click", close);
  onPress(byId("find-previous", HTMLElement), previous);
  onPress(byId("find-next", HTMLElement), next);
  addEventListener("keydown", (event) => {
    if (!event.ctrlKey || !event.shiftKey || event.code !== "KeyF") return;
    event.preventDefault();
    event.stopPropagation();
    open();
  }, { capture: true });
}
