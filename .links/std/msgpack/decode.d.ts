import type { ValueType } from "./encode.d.ts";

/** Decodes one MessagePack value; throws if the bytes are not exactly one. */
export function decode(data: Uint8Array): ValueType;
