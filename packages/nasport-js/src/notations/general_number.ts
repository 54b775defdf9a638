/** Numbers with six digits, as the format `g` of Python and C writes them. */

/** Return a number with at most six digits: `3.5`, `4`, `1e-05`. */
export function generalNumber(value: number): string {
  if (value === 0) return "0";
  const [mantissa, power] = value.toExponential(5).split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return String(Number(value.toPrecision(6)));
  const sign = exponent < 0 ? "-" : "+";
  return `${Number(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
