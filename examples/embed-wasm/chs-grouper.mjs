// 浏览器与 Node.js 通用 / for browsers and Node.js alike
//
//   const grouper = await Grouper.load(bytes);       // of chs_grouper_wasm.wasm
//   const scheme = grouper.open("chs-drg-2.0");
//   scheme.group({ sex: "1", age: "69", dx: ["R57.000"], px: [] }).drg

export class Grouper {
  #module;

  static async load(bytes) {
    const { instance } = await WebAssembly.instantiate(bytes, {});
    return new Grouper(instance.exports);
  }

  constructor(module) {
    this.#module = module;
  }

  /** Opens a built-in scheme; throws with the reason. */
  open(id) {
    const number = this.#call(id, () => this.#module.open());
    return { id, group: (row) => this.#group(number, row) };
  }

  /** The outcome of a case whose values are texts or numbers and whose codes are lists. */
  #group(number, row) {
    const { dx = [], px = [], ...values } = row;
    const texts = { dx: dx.join("|"), px: px.join("|") };
    for (const [name, value] of Object.entries(values)) texts[name] = String(value ?? "");
    this.#call(JSON.stringify(texts), () => this.#module.group(number));
    return JSON.parse(this.#output());
  }

  #call(text, call) {
    const bytes = new TextEncoder().encode(text);
    const at = this.#module.input(bytes.length);
    // A view of the present memory: it moves when it grows.
    new Uint8Array(this.#module.memory.buffer, at, bytes.length).set(bytes);
    const number = call();
    if (number < 0) throw new Error(this.#output());
    return number;
  }

  #output() {
    const { memory, output, output_length } = this.#module;
    return new TextDecoder().decode(new Uint8Array(memory.buffer, output(), output_length()));
  }
}
