export * from "./text_line_stream.ts";
export * from "./to_array_buffer.ts";
export * from "./to_bytes.ts";
export * from "./to_text.ts";
