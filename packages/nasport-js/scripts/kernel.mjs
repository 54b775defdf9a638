// Write src/predictor/kernel_bytes.ts: a small WebAssembly module with the loops that take most of the time of a predictor, with
// SIMD. Run `node scripts/kernel.mjs` after a change; a test compares the file with this source.
//
// All arguments are i32: counts, byte distances (`step`) and byte addresses in the imported memory `m.m`. `width` and `length`
// are multiples of 4. Sums are float32, in ascending order of i, beginning with the bias.
//
//     dense(count, depth, width, a, step, b, bias, out)    out[r][j] = bias[j] + sum over i of a[r][i] * b[i][j]
//     sparse(count, depth, width, a, step, b, bias, out)   the same for matrices `a` with many zeros
//         Rows r of `a` are `step` bytes apart; rows of `b` and `out` have no gaps. `dense` takes four rows at a time, so its
//         count is a multiple of 4, and skips the columns that are zero in four rows until the first one that is not.
//     normalize(count, width, a, scale, bias, out, epsilon)   layer normalization of rows without gaps; epsilon is f32
//     add(length, out, a, b), multiply(length, out, a, b)     out[j] = a[j] + b[j], a[j] * b[j]
//     scale(length, out, a, b)                                out[j] = a[j] * b[0]
//     relu(length, out, a), copy(length, out, a)              out[j] = max(a[j], 0), a[j]

import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

// Instructions and sections; see the binary format in the WebAssembly specification.
const [I32, F32, V128] = [0x7f, 0x7d, 0x7b];
const get = (local) => [0x20, ...leb(local)];
const set = (local) => [0x21, ...leb(local)];
const number = (value) => [0x41, ...signedLeb(value)];
const [add, multiply, less, atLeast, or, isZero] = [[0x6a], [0x6c], [0x49], [0x4f], [0x72], [0x45]]; // i32, unsigned
const load32 = [0x28, 2, 0];
const load = (offset = 0) => [0xfd, 0x00, 2, ...leb(offset)];
const store = (offset = 0) => [0xfd, 0x0b, 2, ...leb(offset)];
const loadSplat = [0xfd, 0x09, 2, 0];
const simd = (code) => [0xfd, ...leb(code)];
const [splat, lane, addV, subtractV, multiplyV, pmaxV] = [0x13, 0x1f, 0xe4, 0xe5, 0xe6, 0xeb].map(simd);
const zeros = [0xfd, 0x0c, ...Array(16).fill(0)];
const [addF, divideF, sqrtF, toF32, one] = [[0x92], [0x95], [0x91], [0xb3], [0x43, 0, 0, 0x80, 0x3f]];
const increase = (local, amount) => [...get(local), ...amount, ...add, ...set(local)];
const when = (condition, body) => [...condition, 0x04, 0x40, ...body, 0x0b];
const loopWhile = (condition, body) => [0x03, 0x40, ...condition, 0x04, 0x40, ...body, 0x0c, 1, 0x0b, 0x0b];
const each = (count, body) => Array.from({ length: count }, (_, i) => body(i)).flat();
const lessThan = (a, b) => [...get(a), ...get(b), ...less];

// Products: strips of 12 columns (3 vectors of sums for each row, which fit in registers), then strips of 4 columns.
const WIDEST = 3;

function product(rows, skipsZeros) {
  const [COUNT, DEPTH, WIDTH, A, STEP, B, BIAS, OUT] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [FIRST, OFFSET, ROW, END, STRIDE, LEFT, B0, BIAS0] = [8, 9, 10, 11, 12, 13, 14, 15];
  const ROW_OF = 16; // addresses of the rows of `a`
  const TO = ROW_OF + rows;
  const SUMS = TO + rows;
  const [VALUES, SPLAT] = [SUMS + rows * WIDEST, SUMS + rows * WIDEST + WIDEST];
  const sum = (row, vector) => SUMS + row * WIDEST + vector;
  const bits = (row) => [...get(ROW_OF + row), ...get(OFFSET), ...add, ...load32];
  const strip = (vectors) => {
    const values = each(vectors, (v) => [...get(ROW), ...load(16 * v), ...set(VALUES + v)]);
    const sums = each(rows, (row) => [
      ...get(ROW_OF + row), ...get(OFFSET), ...add, ...loadSplat, ...set(SPLAT),
      ...each(vectors, (v) => [
        ...get(sum(row, v)), ...get(SPLAT), ...get(VALUES + v), ...multiplyV, ...addV, ...set(sum(row, v)),
      ]),
    ]);
    return [
      ...each(rows, (row) => each(vectors, (v) => [...get(BIAS0), ...load(16 * v), ...set(sum(row, v))])),
      ...get(FIRST), ...set(OFFSET),
      ...get(B0), ...set(ROW),
      ...loopWhile(lessThan(OFFSET, END), [
        ...(skipsZeros ? when(bits(0), [...values, ...sums]) : [...values, ...sums]),
        ...increase(OFFSET, number(4)),
        ...increase(ROW, get(STRIDE)),
      ]),
      ...each(rows, (row) => each(vectors, (v) => [...get(TO + row), ...get(sum(row, v)), ...store(16 * v)])),
      ...[B0, BIAS0, ...each(rows, (row) => [TO + row])].flatMap((local) => increase(local, number(16 * vectors))),
      ...increase(LEFT, number(-4 * vectors)),
    ];
  };
  const allZero = [...bits(0), ...each(rows - 1, (row) => [...bits(row + 1), ...or]), ...isZero];
  const block = [
    ...get(A), ...set(ROW_OF), ...get(OUT), ...set(TO),
    ...each(rows - 1, (row) => [
      ...get(ROW_OF + row), ...get(STEP), ...add, ...set(ROW_OF + row + 1),
      ...get(TO + row), ...get(STRIDE), ...add, ...set(TO + row + 1),
    ]),
    // Find the first column that is not zero in all rows: FIRST, in bytes.
    ...number(0), ...set(OFFSET),
    ...loopWhile([...lessThan(OFFSET, END), 0x04, I32, ...allZero, 0x05, ...number(0), 0x0b], increase(OFFSET, number(4))),
    ...get(OFFSET), ...set(FIRST),
    ...get(B), ...get(FIRST), ...get(WIDTH), ...multiply, ...add, ...set(B0),
    ...get(BIAS), ...set(BIAS0),
    ...get(WIDTH), ...set(LEFT),
    ...loopWhile([...get(LEFT), ...number(4 * WIDEST), ...atLeast], strip(WIDEST)),
    ...loopWhile([...get(LEFT), ...number(4), ...atLeast], strip(1)),
    ...increase(A, [...get(STEP), ...number(rows), ...multiply]),
    ...increase(OUT, [...get(STRIDE), ...number(rows), ...multiply]),
    ...increase(COUNT, number(-rows)),
  ];
  return {
    parameters: Array(8).fill(I32),
    locals: [[SUMS - 8, I32], [SPLAT + 1 - SUMS, V128]],
    body: [
      ...get(DEPTH), ...number(4), ...multiply, ...set(END),
      ...get(WIDTH), ...number(4), ...multiply, ...set(STRIDE),
      ...loopWhile([...get(COUNT), ...number(rows), ...atLeast], block),
    ],
  };
}

function normalize() {
  const [COUNT, WIDTH, A, SCALE, BIAS, OUT, EPSILON] = [0, 1, 2, 3, 4, 5, 6];
  const [OFFSET, END, SIZE, FACTOR, SUM, MEAN] = [7, 8, 9, 10, 11, 12];
  const total = (vector) => [
    ...each(4, (i) => [...get(vector), ...lane, i, ...(i > 0 ? addF : [])]),
    ...get(SIZE), ...divideF,
  ];
  const difference = [...get(A), ...get(OFFSET), ...add, ...load(), ...get(MEAN), ...subtractV];
  const pass = (body) => [
    ...number(0), ...set(OFFSET),
    ...loopWhile(lessThan(OFFSET, END), [...body, ...increase(OFFSET, number(16))]),
  ];
  const row = [
    ...zeros, ...set(SUM),
    ...pass([...get(SUM), ...get(A), ...get(OFFSET), ...add, ...load(), ...addV, ...set(SUM)]),
    ...total(SUM), ...splat, ...set(MEAN),
    ...zeros, ...set(SUM),
    ...pass([...get(SUM), ...difference, ...difference, ...multiplyV, ...addV, ...set(SUM)]),
    ...one, ...total(SUM), ...get(EPSILON), ...addF, ...sqrtF, ...divideF, ...set(FACTOR),
    ...pass([
      ...get(OUT), ...get(OFFSET), ...add,
      ...difference, ...get(FACTOR), ...splat, ...multiplyV,
      ...get(SCALE), ...get(OFFSET), ...add, ...load(), ...multiplyV,
      ...get(BIAS), ...get(OFFSET), ...add, ...load(), ...addV,
      ...store(),
    ]),
    ...increase(A, get(END)), ...increase(OUT, get(END)),
    ...increase(COUNT, number(-1)),
  ];
  return {
    parameters: [...Array(6).fill(I32), F32],
    locals: [[2, I32], [2, F32], [2, V128]],
    body: [
      ...get(WIDTH), ...number(4), ...multiply, ...set(END),
      ...get(WIDTH), ...toF32, ...set(SIZE),
      ...loopWhile(get(COUNT), row),
    ],
  };
}

/** A loop over vectors; `compute` leaves one vector on the stack, from the addresses of `out`, `a` and `b`. */
function elementwise(inputs, compute, steps = inputs) {
  const [LENGTH, OUT, A] = [0, 1, 2];
  const moved = [OUT, ...each(steps, (i) => [A + i])];
  return {
    parameters: Array(2 + inputs).fill(I32),
    locals: [],
    body: loopWhile(get(LENGTH), [
      ...get(OUT), ...compute(get(A), get(A + 1)), ...store(),
      ...moved.flatMap((local) => increase(local, number(16))),
      ...increase(LENGTH, number(-4)),
    ]),
  };
}

const functions = {
  dense: product(4, false),
  sparse: product(1, true),
  normalize: normalize(),
  add: elementwise(2, (a, b) => [...a, ...load(), ...b, ...load(), ...addV]),
  multiply: elementwise(2, (a, b) => [...a, ...load(), ...b, ...load(), ...multiplyV]),
  scale: elementwise(2, (a, b) => [...a, ...load(), ...b, ...loadSplat, ...multiplyV], 1),
  relu: elementwise(1, (a) => [...a, ...load(), ...zeros, ...pmaxV]), // pmax(a, 0): 0 if a < 0, else a, also for NaN
  copy: elementwise(1, (a) => [...a, ...load()]),
};

function leb(value) {
  const bytes = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return [...bytes, value];
}

function signedLeb(value) {
  const bytes = [];
  for (; value < -64 || value > 63; value >>= 7) bytes.push((value & 127) | 128);
  return [...bytes, value & 127];
}

const sized = (bytes) => [...leb(bytes.length), ...bytes];
const vector = (items) => [...leb(items.length), ...items.flat()];
const section = (id, items) => [id, ...sized(vector(items))];
const name = (text) => sized([...new TextEncoder().encode(text)]);
const all = Object.entries(functions);
const module = [
  0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  ...section(1, all.map(([, { parameters }]) => [0x60, ...sized(parameters), 0])),
  ...section(2, [[...name("m"), ...name("m"), 0x02, 0, 1]]),
  ...section(3, all.map((_, i) => [i])),
  ...section(7, all.map(([key], i) => [...name(key), 0x00, i])),
  ...section(10, all.map(([, { locals, body }]) =>
    sized([...vector(locals.map(([count, type]) => [...leb(count), type])), ...body, 0x0b]))),
];

export const source = `/** WebAssembly module of scripts/kernel.mjs, in base64. */
export const KERNEL =
  "${Buffer.from(module).toString("base64")}";
`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(new URL("../src/predictor/kernel_bytes.ts", import.meta.url), source);
}
