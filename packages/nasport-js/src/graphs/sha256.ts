/** SHA-256 (FIPS 180-4), synchronous, because hashes of documents are computed while a person edits. */

// Fractional parts of the cube roots of the first 64 primes.
const ROUND_CONSTANTS = Int32Array.of(
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
);

// Fractional parts of the square roots of the first 8 primes.
const INITIAL_STATE = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
] as const;

const BLOCK_BYTES = 64;
const LENGTH_BYTES = 8;
const BITS_A_BYTE = 8;

// The expanded message of one block; reused, because the functions are synchronous.
const schedule = new Int32Array(BLOCK_BYTES);

/** Return the 32 bytes of the SHA-256 digest of `bytes`. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const state = Int32Array.from(INITIAL_STATE);
  const whole = bytes.length - (bytes.length % BLOCK_BYTES);
  compressAll(state, bytes.subarray(0, whole));
  compressAll(state, padded(bytes.subarray(whole), bytes.length));
  const digest = new Uint8Array(4 * state.length);
  const view = new DataView(digest.buffer);
  state.forEach((word, at) => view.setInt32(4 * at, word));
  return digest;
}

/** Return the SHA-256 digest of `bytes` as 64 hexadecimal digits. */
export function sha256Hex(bytes: Uint8Array): string {
  return hexadecimal(sha256(bytes));
}

const DIGITS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Return bytes as hexadecimal digits, two a byte. */
export function hexadecimal(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    text += DIGITS[byte];
  }
  return text;
}

/** Return the last bytes of a message of `length` bytes, a one bit, zeros, and the length in bits, in whole blocks. */
function padded(rest: Uint8Array, length: number): Uint8Array {
  const blocks = Math.ceil((rest.length + 1 + LENGTH_BYTES) / BLOCK_BYTES);
  const result = new Uint8Array(blocks * BLOCK_BYTES);
  result.set(rest);
  result[rest.length] = 0x80;
  const view = new DataView(result.buffer);
  view.setUint32(result.length - 8, Math.floor((length * BITS_A_BYTE) / 2 ** 32));
  view.setUint32(result.length - 4, (length * BITS_A_BYTE) % 2 ** 32);
  return result;
}

function compressAll(state: Int32Array, bytes: Uint8Array): void {
  for (let start = 0; start < bytes.length; start += BLOCK_BYTES) {
    expand(bytes, start);
    compress(state);
  }
}

/** Fill the schedule from the block of 64 bytes at `start`. */
function expand(bytes: Uint8Array, start: number): void {
  const words = schedule;
  for (let t = 0, at = start; t < 16; t++, at += 4) {
    words[t] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  }
  for (let t = 16; t < 64; t++) {
    const early = words[t - 15];
    const late = words[t - 2];
    const first = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3);
    const second = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10);
    words[t] = words[t - 16] + first + words[t - 7] + second;
  }
}

/** Apply the 64 rounds to the state with the words of the schedule. */
function compress(state: Int32Array): void {
  let [a, b, c, d, e, f, g, h] = state;
  for (let t = 0; t < 64; t++) {
    const sumE = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const one = (h + sumE + ((e & f) ^ (~e & g)) + ROUND_CONSTANTS[t] + schedule[t]) | 0;
    const sumA = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const two = (sumA + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}
