// Build ONNX files for the tests: the protobuf encoding of small models.

const encoder = new TextEncoder();

function varint(value) {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

/** A field of a message: a number becomes a varint, a text or bytes a value with its length. */
export function field(number, value) {
  if (typeof value === "number" || typeof value === "bigint") return [...varint(number << 3), ...varint(value)];
  const bytes = typeof value === "string" ? encoder.encode(value) : value;
  return [...varint((number << 3) | 2), ...varint(bytes.length), ...bytes];
}

/** An attribute with an integer, a list of integers or (in `more`) other fields. */
export function attribute(name, value, more = []) {
  const fields = Array.isArray(value) ? value.flatMap((each) => field(8, each)) : value === undefined ? [] : field(3, value);
  return [...field(1, name), ...fields, ...more];
}

export function node(type, inputs, output, attributes = [], more = []) {
  return [
    ...inputs.flatMap((name) => field(1, name)),
    ...field(2, output),
    ...field(4, type),
    ...attributes.flatMap((each) => field(5, each)),
    ...more,
  ];
}

export function integers(name, values, dims = [values.length], more = []) {
  const raw = new Uint8Array(new BigInt64Array(values.map(BigInt)).buffer);
  return [...dims.flatMap((size) => field(1, size)), ...field(2, 7), ...field(8, name), ...field(9, raw), ...more];
}

export function floats(name, values, dims = [values.length]) {
  const raw = new Uint8Array(new Float32Array(values).buffer);
  return [...dims.flatMap((size) => field(1, size)), ...field(2, 1), ...field(8, name), ...field(9, raw)];
}

function value(name, dims = []) {
  const shape = dims.flatMap((size) => field(1, typeof size === "number" ? field(1, size) : field(2, size)));
  return [...field(1, name), ...field(2, field(1, [...field(1, 1), ...field(2, shape)]))];
}

/** A model: nodes and constants from the functions above, inputs and outputs by name with their sizes. */
export function model({ nodes = [], constants = [], inputs = {}, outputs = {}, opset = 18, graph = [], more = [] }) {
  const content = [
    ...nodes.flatMap((each) => field(1, each)),
    ...constants.flatMap((each) => field(5, each)),
    ...Object.entries(inputs).flatMap(([name, dims]) => field(11, value(name, dims))),
    ...Object.entries(outputs).flatMap(([name, dims]) => field(12, value(name, dims))),
    ...graph,
  ];
  return Uint8Array.from([...field(1, 9), ...field(7, content), ...field(8, field(2, opset)), ...more]);
}
