/** The float32 memory of a graph, with its products: in WebAssembly with SIMD, or in plain JavaScript without it. */

import { KERNEL } from "./kernel_bytes.js";
import { RefusedError } from "./protobuf.js";

/** Matrix product `out = bias + a @ b`; all positions are counted in values. */
export interface Product {
  /** Rows of `a`, and the distance from one to the next. */
  readonly count: number;
  readonly step: number;
  /** Columns of `a`, rows of `b`. */
  readonly depth: number;
  /** Columns of `b` and `out`, whose rows have no gaps. */
  readonly width: number;
  readonly a: number;
  readonly b: number;
  /** The `width` numbers with which each sum begins. */
  readonly bias: number;
  readonly out: number;
}

/** The functions of the WebAssembly module, see scripts/kernel.mjs; positions are in bytes. */
export interface Kernel {
  dense: KernelProduct;
  sparse: KernelProduct;
  normalize(count: number, width: number, a: number, scale: number, bias: number, out: number, epsilon: number): void;
  add(length: number, out: number, a: number, b: number): void;
  multiply(length: number, out: number, a: number, b: number): void;
  scale(length: number, out: number, a: number, b: number): void;
  relu(length: number, out: number, a: number): void;
  copy(length: number, out: number, a: number): void;
}

type KernelProduct = (
  count: number, depth: number, width: number, a: number, step: number, b: number, bias: number, out: number,
) => void;

/** Values in a page of WebAssembly's memory, and the largest number of pages: 1 GiB. */
const PAGE = 16384;
const MAX_PAGES = 16384;

/** The memory of a graph. */
export class Memory {
  values: Float32Array;
  readonly kernel: Kernel | null;
  private readonly wasm: WebAssembly.Memory | null;

  /** `simd` is false only in tests of the plain loops. */
  constructor(simd = true) {
    const found = simd ? compiled() : null;
    this.kernel = found?.kernel ?? null;
    this.wasm = found?.memory ?? null;
    this.values = found === null ? new Float32Array(0) : new Float32Array(found.memory.buffer);
  }

  /** Make room for `size` values; the first ones are kept. */
  reserve(size: number): void {
    if (size <= this.values.length) return;
    if (this.wasm !== null) {
      try {
        this.wasm.grow(Math.ceil(size / PAGE) - this.values.length / PAGE);
      } catch {
        throw new RefusedError(`the graph needs memory for ${size} values, which this engine does not have`);
      }
      this.values = new Float32Array(this.wasm.buffer);
    } else {
      const values = new Float32Array(size);
      values.set(this.values);
      this.values = values;
    }
  }

  /** Multiply matrices of finite numbers. `sparse`: whether many numbers of `a` are zero, as in an adjacency. */
  multiply(product: Product, sparse: boolean): void {
    const { count, step, depth, width, a, b, bias, out } = product;
    if (this.kernel === null || width % 4 !== 0) {
      for (let r = 0; r < count; r++) plainRow(this.values, product, a + r * step, out + r * width);
      return;
    }
    const fours = sparse ? 0 : count - (count % 4);
    if (fours > 0) this.kernel.dense(fours, depth, width, 4 * a, 4 * step, 4 * b, 4 * bias, 4 * out);
    if (fours < count) {
      const [restA, restOut] = [a + fours * step, out + fours * width];
      this.kernel.sparse(count - fours, depth, width, 4 * restA, 4 * step, 4 * b, 4 * bias, 4 * restOut);
    }
  }
}

/** One row of a product in plain JavaScript: four columns at a time, then the others. Zeros of `a` are skipped. */
function plainRow(m: Float32Array, { depth, width, b, bias }: Product, a: number, out: number): void {
  const wide = width - (width % 4);
  for (let j = 0; j < wide; j += 4) {
    let [s0, s1, s2, s3] = [m[bias + j], m[bias + j + 1], m[bias + j + 2], m[bias + j + 3]];
    for (let k = 0, at = b + j; k < depth; k++, at += width) {
      const factor = m[a + k];
      if (factor === 0) continue;
      s0 += factor * m[at];
      s1 += factor * m[at + 1];
      s2 += factor * m[at + 2];
      s3 += factor * m[at + 3];
    }
    m[out + j] = s0;
    m[out + j + 1] = s1;
    m[out + j + 2] = s2;
    m[out + j + 3] = s3;
  }
  if (wide < width) lastColumns(m, depth, width, a, b + wide, bias + wide, out + wide, width - wide);
}

/** The last one to three columns of a row. */
function lastColumns(
  m: Float32Array, depth: number, width: number, a: number, b: number, bias: number, out: number, count: number,
): void {
  const [second, third] = [count > 1 ? 1 : 0, count > 2 ? 2 : 0]; // missing columns repeat the first one
  let s0 = m[bias];
  let s1 = m[bias + second];
  let s2 = m[bias + third];
  for (let k = 0, at = b; k < depth; k++, at += width) {
    const factor = m[a + k];
    if (factor === 0) continue;
    s0 += factor * m[at];
    s1 += factor * m[at + second];
    s2 += factor * m[at + third];
  }
  m[out + third] = s2;
  m[out + second] = s1;
  m[out] = s0;
}

function compiled(): { memory: WebAssembly.Memory; kernel: Kernel } | null {
  try {
    const bytes = Uint8Array.from(atob(KERNEL), (letter) => letter.charCodeAt(0));
    const memory = new WebAssembly.Memory({ initial: 16, maximum: MAX_PAGES });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { m: memory } });
    return isKernel(exports) ? { memory, kernel: exports } : null;
  } catch {
    return null; // no WebAssembly, no SIMD, or a page whose policy forbids both
  }
}

function isKernel(exports: object): exports is Kernel {
  const names: readonly (keyof Kernel)[] = ["dense", "sparse", "normalize", "add", "multiply", "scale", "relu", "copy"];
  return names.every((name) => name in exports);
}
