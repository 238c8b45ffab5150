// Reading the standard: rule packs, profiles, code lists and vectors, from the folder that holds `v1`.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

// JSON as CEL sees it: members as maps, whole numbers as int.
export function value(raw) {
  if (typeof raw === "number") return BigInt(raw);
  if (Array.isArray(raw)) return raw.map(value);
  if (raw && typeof raw === "object") return new Map(Object.entries(raw).map(([name, each]) => [name, value(each)]));
  return raw;
}

const files = (folder, suffix) => readdirSync(folder).filter((name) => name.endsWith(suffix)).sort();
// Dates in these files are text, and a decimal is quoted: nothing but JSON's own types is read.
const yaml = (path) => parse(readFileSync(path, "utf8"), { schema: "core", version: "1.2" });
const json = (path) => JSON.parse(readFileSync(path, "utf8"));

export const packs = (root) => files(join(root, "rules"), ".yaml").map((name) => yaml(join(root, "rules", name)));

export function profiles(root) {
  const read = files(join(root, "profiles"), ".yaml").map((name) => yaml(join(root, "profiles", name)));
  return Object.fromEntries(read.map((each) => [each.profile, each]));
}

export class CodeLists {
  #root;
  #held = new Map();

  constructor(root) {
    this.#root = root;
  }

  contains(list, code, on) {
    const entry = this.#list(list).get(code);
    return entry !== undefined && (!entry.from || entry.from <= on) && (!entry.to || on <= entry.to);
  }

  #list(id) {
    if (!this.#held.has(id)) {
      const { from, to, codes } = json(join(this.#root, "codelists", `${id}.json`));
      this.#held.set(id, new Map(codes.map((each) => [each.code, { from, to, ...each }])));
    }
    return this.#held.get(id);
  }
}

export function vectors(root) {
  return files(join(root, "vectors", "rules"), ".json").flatMap((name) => {
    const file = json(join(root, "vectors", "rules", name));
    const whole = new Map();
    return file.vectors.map((raw) => {
      const from = raw.from && whole.get(raw.from);
      const given = from ? { ...from, ...raw, document: patched(from.document, raw.patch) } : raw;
      whole.set(raw.name, given);
      return { facts: {}, ...given, rule: file.rule };
    });
  });
}

// RFC 6902, the three operations that the vectors use.
function patched(document, patch) {
  const changed = structuredClone(document);
  for (const { op, path, value: put } of patch) {
    const tokens = path.split("/").slice(1).map((each) => each.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = tokens.pop();
    const target = tokens.reduce((node, token) => node[token], changed);
    if (!Array.isArray(target)) {
      if (op === "remove") delete target[last];
      else target[last] = put;
    } else if (op === "add") target.splice(last === "-" ? target.length : Number(last), 0, put);
    else target.splice(Number(last), 1, ...(op === "remove" ? [] : [put]));
  }
  return changed;
}

export const functionVectors = (root) =>
  json(join(root, "vectors", "functions", "cases.json")).vectors.map((each) => each.expression);
