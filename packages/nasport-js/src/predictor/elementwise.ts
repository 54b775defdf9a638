/** Elementwise operators on rows of a float32 memory. Results are rounded to float32 when they are stored. */

/** Compute `count` values at `out` from those at `a`, which are `step` apart. */
export type UnaryLoop = (m: Float32Array, count: number, out: number, a: number, step: number) => void;

/** Compute `count` values at `out` from those at `a` and `b`, which are `stepA` and `stepB` apart. */
export type BinaryLoop = (
  m: Float32Array,
  count: number,
  out: number,
  a: number,
  stepA: number,
  b: number,
  stepB: number,
) => void;

export const UNARY: ReadonlyMap<string, UnaryLoop> = new Map<string, UnaryLoop>([
  ["Relu", (m, count, out, a, step) => {
    for (let i = 0; i < count; i++, a += step) m[out + i] = m[a] < 0 ? 0 : m[a];
  }],
  ["Neg", (m, count, out, a, step) => {
    for (let i = 0; i < count; i++, a += step) m[out + i] = -m[a];
  }],
  ["Sqrt", (m, count, out, a, step) => {
    for (let i = 0; i < count; i++, a += step) m[out + i] = Math.sqrt(m[a]);
  }],
  ["Exp", (m, count, out, a, step) => {
    for (let i = 0; i < count; i++, a += step) m[out + i] = Math.exp(m[a]);
  }],
  ["Log", (m, count, out, a, step) => {
    for (let i = 0; i < count; i++, a += step) m[out + i] = Math.log(m[a]);
  }],
]);

export const BINARY: ReadonlyMap<string, BinaryLoop> = new Map<string, BinaryLoop>([
  ["Add", (m, count, out, a, stepA, b, stepB) => {
    for (let i = 0; i < count; i++, a += stepA, b += stepB) m[out + i] = m[a] + m[b];
  }],
  ["Sub", (m, count, out, a, stepA, b, stepB) => {
    for (let i = 0; i < count; i++, a += stepA, b += stepB) m[out + i] = m[a] - m[b];
  }],
  ["Mul", (m, count, out, a, stepA, b, stepB) => {
    for (let i = 0; i < count; i++, a += stepA, b += stepB) m[out + i] = m[a] * m[b];
  }],
  ["Div", (m, count, out, a, stepA, b, stepB) => {
    for (let i = 0; i < count; i++, a += stepA, b += stepB) m[out + i] = m[a] / m[b];
  }],
  ["Pow", (m, count, out, a, stepA, b, stepB) => {
    for (let i = 0; i < count; i++, a += stepA, b += stepB) m[out + i] = m[a] ** m[b];
  }],
  ["Max", (m, count, out, a, stepA, b, stepB) => {
    for (let i = 0; i < count; i++, a += stepA, b += stepB) m[out + i] = m[a] < m[b] ? m[b] : m[a];
  }],
  ["Min", (m, count, out, a, stepA, b, stepB) => {
    for (let i = 0; i < count; i++, a += stepA, b += stepB) m[out + i] = m[a] > m[b] ? m[b] : m[a];
  }],
  ["Equal", (m, count, out, a, stepA, b, stepB) => {
    for (let i = 0; i < count; i++, a += stepA, b += stepB) m[out + i] = m[a] === m[b] ? 1 : 0;
  }],
]);

/** Copy `count` values that are `step` apart to places that are `stepOut` apart. */
export function copyRow(m: Float32Array, count: number, out: number, stepOut: number, a: number, step: number): void {
  for (let i = 0; i < count; i++, out += stepOut, a += step) m[out] = m[a];
}

/** Layer normalization of one row of adjacent values. */
export function normalizeRow(
  m: Float32Array,
  count: number,
  out: number,
  a: number,
  scale: number,
  bias: number,
  epsilon: number,
): void {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += m[a + i];
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const difference = m[a + i] - mean;
    squares += difference * difference;
  }
  const factor = 1 / Math.sqrt(squares / count + epsilon);
  for (let i = 0; i < count; i++) m[out + i] = (m[a + i] - mean) * factor * m[scale + i] + m[bias + i];
}
