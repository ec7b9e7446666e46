/**
 * What Node 20 and browsers before 2024 lack of the language, as the standard
 * has it. Nothing that is there is replaced.
 *
 * @module
 */

/** Sets a method of an object, unless it is there. */
function provide(target: object, name: string, value: unknown): void {
  if (name in target) return;
  Object.defineProperty(target, name, {
    value,
    writable: true,
    configurable: true,
  });
}

provide(Promise, "withResolvers", () => {
  let resolve;
  let reject;
  const promise = new Promise((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
});

provide(Promise, "try", async (call: () => unknown) => await call());

provide(
  ArrayBuffer.prototype,
  "transfer",
  function (this: ArrayBuffer, length: number = this.byteLength) {
    const moved = structuredClone(this, { transfer: [this] });
    if (length === moved.byteLength) return moved;
    const resized = new Uint8Array(length);
    resized.set(new Uint8Array(moved).subarray(0, length));
    return resized.buffer;
  },
);

if (!("detached" in ArrayBuffer.prototype)) {
  Object.defineProperty(ArrayBuffer.prototype, "detached", {
    get(this: ArrayBuffer) {
      if (this.byteLength > 0) return false;
      try {
        return new Uint8Array(this).length > 0;
      } catch {
        return true;
      }
    },
    configurable: true,
  });
}
