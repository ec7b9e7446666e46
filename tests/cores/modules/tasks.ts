// Tasks of all kinds for a pool of workers.
import type { TaskContext } from "../../../src/cores/task_handler.ts";

/** What a task is to do. */
export type Task =
  | { readonly type: "double"; readonly value: number }
  | { readonly type: "bytes"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: "fail" | "exit" | "throw_later" | "wait" | "loop" }
  | { readonly type: "until_cancelled"; readonly gate: MessagePort };

export default async function handle(
  task: Task,
  context: TaskContext,
): Promise<unknown> {
  switch (task.type) {
    case "double":
      return task.value * 2;
    case "bytes": {
      const { bytes } = task;
      bytes.reverse();
      context.transfer(bytes.buffer);
      return bytes;
    }
    case "fail":
      throw new Error("the task has failed");
    case "exit":
      return Deno.exit(1);
    case "throw_later":
      setTimeout(() => {
        throw new Error("thrown after the task");
      });
      return "done";
    case "wait":
      return await new Promise(() => {});
    case "until_cancelled": {
      task.gate.postMessage("started");
      await new Promise((resolve) =>
        context.signal.addEventListener("abort", resolve)
      );
      task.gate.postMessage("cancelled");
      task.gate.close();
      return "cancelled";
    }
    case "loop":
      while (true);
  }
}
