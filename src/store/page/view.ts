/**
 * What a view of the page is.
 *
 * @module
 */
import type { CollectionState, StorePageState } from "../page_contract.ts";
import type { Api } from "./api.ts";

/** What views work with. */
export interface PageContext {
  readonly api: Api;
  /** Shows what went wrong; an empty text takes it away. */
  readonly notice: (text: string) => void;
  /** Reads the state of the store again. */
  readonly refresh: () => Promise<StorePageState>;
}

/** One view, in its panel. */
export interface View {
  /** Fills its panel: it is shown, or another collection was chosen. */
  show(collection: CollectionState, state: StorePageState): void;
  /** It is not shown any more. */
  hide?(): void;
}
