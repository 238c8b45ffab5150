// Check digits, by scheme: the value is well formed and its check digit right.

const luhn = (value) => {
  const digits = [...value].reverse().map(Number);
  const total = digits.reduce((sum, digit, place) => {
    const weighed = place % 2 ? digit * 2 : digit;
    return sum + (weighed > 9 ? weighed - 9 : weighed);
  }, 0);
  return total % 10 === 0;
};

const gtin = (value) => {
  const digits = [...value].reverse().map(Number);
  return digits.reduce((sum, digit, place) => sum + digit * (place % 2 ? 3 : 1), 0) % 10 === 0;
};

// Letters count from 10, leaving out the multiples of 11.
const CONTAINER = "0123456789A BCDEFGHIJK LMNOPQRSTU VWXYZ";
const iso6346 = (value) => {
  const total = [...value.slice(0, 10)].reduce((sum, each, place) => sum + CONTAINER.indexOf(each) * 2 ** place, 0);
  return (total % 11) % 10 === Number(value[10]);
};

const lei = (value) => {
  const number = [...value].map((each) => parseInt(each, 36)).join("");
  return BigInt(number) % 97n === 1n;
};

const s10 = (value) => {
  const weights = [8, 6, 4, 2, 3, 5, 9, 7];
  const rest = 11 - (weights.reduce((sum, weight, place) => sum + weight * Number(value[2 + place]), 0) % 11);
  return Number(value[10]) === (rest === 10 ? 0 : rest === 11 ? 5 : rest);
};

const CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const uscc = (value) => {
  const weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
  const total = weights.reduce((sum, weight, place) => sum + weight * CREDIT.indexOf(value[place]), 0);
  return value[17] === CREDIT[(31 - (total % 31)) % 31];
};

const SCHEMES = {
  gtin: [/^([0-9]{8}|[0-9]{12,14})$/, gtin],
  imei: [/^[0-9]{15}$/, luhn],
  iso6346: [/^[A-Z]{3}[UJZR][0-9]{7}$/, iso6346],
  lei: [/^[0-9A-Z]{18}[0-9]{2}$/, lei],
  s10: [/^[A-Z]{2}[0-9]{9}[A-Z]{2}$/, s10],
  uscc: [/^[0-9]{8}[0-9A-HJ-NPQRTUWXY]{10}$/, uscc],
};

export function checkDigit(scheme, value) {
  if (!Object.hasOwn(SCHEMES, scheme)) throw new Error(`no check digit scheme ${scheme}`);
  const [form, right] = SCHEMES[scheme];
  return form.test(value) && right(value);
}
