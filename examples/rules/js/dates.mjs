// Instants (RFC 3339, read to the microsecond) and dates, on the proleptic Gregorian calendar of years 1 to 9999.

const INSTANT = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DAY = 86_400_000_000n;

const pad = (number, width) => String(number).padStart(width, "0");

// Days since 1970-01-01, or an error for a day that does not exist.
export function days(text) {
  const parts = typeof text === "string" ? DATE.exec(text) : null;
  if (!parts) throw new Error(`not a date: ${text}`);
  const [year, month, day] = parts.slice(1).map(Number);
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  if (year < 1 || at.getUTCMonth() !== month - 1 || at.getUTCDate() !== day) throw new Error(`no such day: ${text}`);
  return BigInt(at.getTime()) * 1000n / DAY;
}

export function date(number) {
  const at = new Date(Number((number * DAY) / 1000n));
  const year = at.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) throw new Error("beyond the calendar");
  return `${pad(year, 4)}-${pad(at.getUTCMonth() + 1, 2)}-${pad(at.getUTCDate(), 2)}`;
}

// The date of a date, or of an instant in its own offset.
export function dateOf(text) {
  if (typeof text === "string" && DATE.test(text)) return date(days(text));
  return instant(text).local.slice(0, 10);
}

export function instant(text) {
  const parts = typeof text === "string" ? INSTANT.exec(text) : null;
  if (!parts) throw new Error(`not an instant: ${text}`);
  const [, on, hour, minute, second, fraction = "", offset] = parts;
  const micro = BigInt(fraction.padEnd(6, "0").slice(0, 6));
  const clock = (BigInt(hour) * 3600n + BigInt(minute) * 60n + BigInt(second)) * 1_000_000n + micro;
  const ahead = shift(offset);
  return { at: days(on) * DAY + clock - ahead, ahead, local: text };
}

function shift(offset) {
  if (offset === "Z") return 0n;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(4, 6));
  if (hours > 23 || minutes > 59) throw new Error(`no such offset: ${offset}`);
  const size = BigInt(hours * 60 + minutes) * 60_000_000n;
  return offset[0] === "-" ? -size : size;
}

// Microseconds written only where there are any, and Z for no offset.
export function writeInstant({ at, ahead }) {
  const local = at + ahead;
  const day = local >= 0n ? local / DAY : -((-local + DAY - 1n) / DAY);
  let rest = local - day * DAY;
  const micro = rest % 1_000_000n;
  rest /= 1_000_000n;
  const clock = [rest / 3600n, (rest / 60n) % 60n, rest % 60n].map((each) => pad(each, 2)).join(":");
  const size = (ahead < 0n ? -ahead : ahead) / 60_000_000n;
  const offset = ahead === 0n ? "Z" : `${ahead < 0n ? "-" : "+"}${pad(size / 60n, 2)}:${pad(size % 60n, 2)}`;
  return `${date(day)}T${clock}${micro ? `.${pad(micro, 6)}` : ""}${offset}`;
}

export function inMonth(text, months, number) {
  const [year, month, day] = dateOf(text).split("-").map(Number);
  const count = year * 12 + month - 1 + months;
  const target = [Math.floor(count / 12), (count % 12 + 12) % 12];
  const last = new Date(Date.UTC(2000 + (target[0] % 400), target[1] + 1, 0)).getUTCDate();
  return date(days(`${pad(target[0], 4)}-${pad(target[1] + 1, 2)}-${pad(Math.min(number ?? day, last), 2)}`));
}
