// The dialect's named functions, written from spec/v1/rules.md, as functions of @bufbuild/cel.

import { CelScalar, celFunc, listType } from "@bufbuild/cel";
import { checkDigit } from "./checkdigits.mjs";
import * as dates from "./dates.mjs";
import * as decimals from "./decimal.mjs";

const { STRING, INT, BOOL, DYN } = CelScalar;
const LIST = listType(DYN);
const { decimal, write } = decimals;

function texts(list) {
  const found = [...list];
  if (found.some((each) => typeof each !== "string")) throw new Error("not a list of texts");
  return found;
}

function scalars(list) {
  const found = [...list];
  const known = ["string", "bigint", "boolean"];
  if (found.some((each) => !known.includes(typeof each))) throw new Error("only strings, integers and bools");
  return found;
}

// A set tells 1n from "1" and from true, as the dialect does.
const unique = (list) => [...new Set(scalars(list))];

export function normalText(text) {
  const folded = text.normalize("NFKC").toLowerCase().normalize("NFKC");
  return folded.replace(/[^\p{L}\p{N}]/gu, "");
}

function inOrder(list, skew) {
  let latest = null;
  for (const each of texts(list).map((text) => dates.instant(text).at)) {
    if (latest !== null && each + skew * 1_000_000n < latest) return false;
    if (latest === null || each > latest) latest = each;
  }
  return true;
}

const shifted = (text, seconds) => {
  const { at, ahead } = dates.instant(text);
  return dates.writeInstant({ at: at + seconds * 1_000_000n, ahead });
};

const monthDay = (on, months, number) => {
  if (number < 1n || number > 31n) throw new Error(`no day ${number} in a month`);
  return dates.inMonth(on, Number(months), Number(number));
};

const sign = (left, right) => (left < right ? -1n : left > right ? 1n : 0n);

export function dialect(lists) {
  const two = [STRING, STRING];
  const binary = (name, act) =>
    celFunc(name, two, STRING, (a, b) => write(act(decimal(a), decimal(b))));
  return [
    binary("decimalAdd", decimals.add),
    binary("decimalSubtract", decimals.subtract),
    binary("decimalMultiply", decimals.multiply),
    celFunc("decimalSum", [LIST], STRING, (list) =>
      write(texts(list).map(decimal).reduce(decimals.add, { units: 0n, digits: 0 }))),
    celFunc("decimalCompare", two, INT, (a, b) => BigInt(decimals.compare(decimal(a), decimal(b)))),
    celFunc("decimalRound", [STRING, INT, STRING], STRING, (a, digits, mode) =>
      write(decimals.round(decimal(a), Number(digits), mode))),
    celFunc("decimalWithin", [STRING, STRING, STRING], BOOL, (a, b, tolerance) =>
      decimals.within(decimal(a), decimal(b), decimal(tolerance))),
    celFunc("instantCompare", two, INT, (a, b) => sign(dates.instant(a).at, dates.instant(b).at)),
    celFunc("instantAdd", [STRING, INT], STRING, shifted),
    celFunc("instantsInOrder", [LIST, INT], BOOL, inOrder),
    celFunc("dateOf", [STRING], STRING, dates.dateOf),
    celFunc("dateAdd", [STRING, INT], STRING, (on, days) => dates.date(dates.days(dates.dateOf(on)) + days)),
    celFunc("daysBetween", two, INT, (a, b) => dates.days(dates.dateOf(b)) - dates.days(dates.dateOf(a))),
    celFunc("monthsAdd", [STRING, INT], STRING, (on, months) => dates.inMonth(on, Number(months))),
    celFunc("monthDay", [STRING, INT, INT], STRING, monthDay),
    celFunc("distinct", [LIST], BOOL, (list) => unique(list).length === list.size),
    celFunc("unique", [LIST], LIST, unique),
    celFunc("normalText", [STRING], STRING, normalText),
    celFunc("sameText", two, BOOL, (a, b) => normalText(a) === normalText(b)),
    celFunc("inList", [STRING, STRING, STRING], BOOL, (list, code, on) => lists.contains(list, code, dates.dateOf(on))),
    celFunc("checkDigit", two, BOOL, checkDigit),
  ];
}

