/** A `Uint8Array` that owns a plain `ArrayBuffer`. */
export type Uint8Array_ = ReturnType<Uint8Array["slice"]>;

/** What MessagePack can carry. */
export type ValueType =
  | number
  | bigint
  | string
  | boolean
  | null
  | Uint8Array
  | readonly ValueType[]
  | ValueMap;

/** A map of MessagePack values. */
export interface ValueMap {
  [index: string | number]: ValueType;
}

/** Encodes a value as MessagePack. */
export function encode(object: ValueType): Uint8Array_;
