// Decimals as BigInt with a number of fraction digits: exact, or an error (TF-RULE-19).

const FORM = /^-?(0|[1-9][0-9]{0,27})(\.[0-9]{1,10})?$/;
const LONGEST = 38;

export function decimal(text) {
  if (typeof text !== "string" || !FORM.test(text)) throw new Error(`not a decimal: ${text}`);
  const [whole, fraction = ""] = text.split(".");
  return { units: BigInt(whole + fraction), digits: fraction.length };
}

// `-0.5` keeps its sign through BigInt("-05"), and `-0` is 0n.
export function write({ units, digits }) {
  const sign = units < 0n ? "-" : "";
  const text = String(units < 0n ? -units : units).padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  const fraction = digits ? text.slice(-digits).replace(/0+$/, "") : "";
  if ((whole + fraction).replace(/^0+/, "").length > LONGEST) throw new Error("more than 38 digits");
  return sign + whole + (fraction ? `.${fraction}` : "");
}

function aligned(a, b) {
  const digits = Math.max(a.digits, b.digits);
  return [a.units * 10n ** BigInt(digits - a.digits), b.units * 10n ** BigInt(digits - b.digits), digits];
}

export function add(a, b) {
  const [left, right, digits] = aligned(a, b);
  return { units: left + right, digits };
}

export const negate = ({ units, digits }) => ({ units: -units, digits });
export const subtract = (a, b) => add(a, negate(b));
export const multiply = (a, b) => ({ units: a.units * b.units, digits: a.digits + b.digits });

export function compare(a, b) {
  const [left, right] = aligned(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

export function within(a, b, tolerance) {
  const difference = subtract(a, b);
  return compare(difference.units < 0n ? negate(difference) : difference, tolerance) <= 0;
}

const MODES = {
  "half-up": (twice, one) => twice >= one,
  "half-even": (twice, one, odd) => twice > one || (twice === one && odd),
  up: (twice) => twice > 0n,
  down: () => false,
  floor: (twice, one, odd, negative) => twice > 0n && negative,
  ceiling: (twice, one, odd, negative) => twice > 0n && !negative,
};

export function round(a, digits, mode) {
  if (!Number.isInteger(digits) || digits < 0 || digits > 10 || !Object.hasOwn(MODES, mode)) {
    throw new Error(`no rounding to ${digits} digits by ${mode}`);
  }
  if (a.digits <= digits) return a;
  const negative = a.units < 0n;
  const size = negative ? -a.units : a.units;
  const unit = 10n ** BigInt(a.digits - digits);
  const down = size / unit;
  const away = MODES[mode]((size % unit) * 2n, unit, down % 2n === 1n, negative);
  const units = away ? down + 1n : down;
  return { units: negative ? -units : units, digits };
}
