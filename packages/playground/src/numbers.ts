/** Numbers as the command line and the page write them. */

/** A score with the four decimals of the command line's table. */
export function scoreText(score: number): string {
  return score.toFixed(4);
}

/** A count with thousands separators, or a dash if it is unknown. */
export function countText(count: number | null): string {
  return count === null ? "-" : Math.round(count).toLocaleString("en-US");
}

/** The difference of two numbers as they are shown, with `digits` decimals; empty if one of them is unknown. */
export function differenceText(before: number | null, after: number | null, digits: number): string {
  if (before === null || after === null) return "";
  const difference = Number(after.toFixed(digits)) - Number(before.toFixed(digits));
  const size = Math.abs(difference).toLocaleString("en-US", {
    minimumFractionDigits: Number.isInteger(difference) ? 0 : digits,
    maximumFractionDigits: digits,
  });
  if (Number(size.replaceAll(",", "")) === 0) return "equal";
  return `${difference > 0 ? "+" : "-"}${size}`;
}

/** A share as a percentage, rounded down: with a decimal near 0 and 100, else without. */
export function percentText(share: number): string {
  const percent = share * 100;
  const isExtreme = percent !== 0 && percent !== 100 && (percent < 1 || percent > 99);
  return isExtreme ? (Math.floor(percent * 10) / 10).toFixed(1) : Math.floor(percent).toFixed(0);
}
