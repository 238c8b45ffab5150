// Judging one document by one rule, as spec/v1/rules.md says.

import { CelScalar, celEnv, isCelError, isCelList, mapType, parse, plan } from "@bufbuild/cel";
import { dialect } from "./dialect.mjs";
import { value } from "./standard.mjs";

const TYPES = {
  map: (fact) => fact instanceof Map,
  list: Array.isArray,
  string: (fact) => typeof fact === "string",
  integer: (fact) => typeof fact === "bigint",
  boolean: (fact) => typeof fact === "boolean",
};

export class Judge {
  #env;
  #plans = new Map();

  constructor(lists) {
    const variables = { doc: CelScalar.DYN, item: CelScalar.DYN, at: CelScalar.STRING };
    const maps = mapType(CelScalar.STRING, CelScalar.DYN);
    this.#env = celEnv({ variables: { ...variables, facts: maps, parameters: maps }, funcs: dialect(lists) });
  }

  // All findings of a rule on a document: verdict and pointer, in order.
  found(pack, rule, profile, document, facts, at) {
    const on = dayAt(at, rule.offset ?? "+00:00");
    if (!binds(pack, rule, profile, document, on)) return [];
    const given = value(facts);
    const parameters = parametersOn(rule, profile, on);
    const lacks = (rule.facts ?? []).some((name) => !given.has(name) || !TYPES[pack.facts[name].type](given.get(name)));
    if (lacks || [...parameters.values()].includes(null)) return [{ verdict: "unknown", pointer: "" }];
    const bound = { doc: value(document), facts: given, parameters, at: new Date(at).toISOString() };
    const paths = Array.isArray(rule.forEach) ? rule.forEach : [rule.forEach ?? ""];
    return paths.flatMap((path) => places(document, path)).flatMap(([pointer, element]) => {
      const verdict = this.#verdict(rule, { ...bound, item: value(element) });
      return verdict ? [{ verdict, pointer: pointer + (rule.pointer ?? "") }] : [];
    });
  }

  #verdict(rule, variables) {
    if (rule.when !== undefined) {
      const counts = this.#run(rule.when, variables);
      if (counts === null) return "unknown";
      if (!counts) return null;
    }
    const holds = this.#run(rule.expression, variables);
    return holds === null ? "unknown" : holds ? null : "fail";
  }

  // True, false, or null where CEL gives an error or anything else.
  #run(expression, variables) {
    if (!this.#plans.has(expression)) this.#plans.set(expression, plan(this.#env, parse(expression)));
    const result = this.#plans.get(expression)(variables);
    return isCelError(result) || typeof result !== "boolean" ? null : result;
  }
}

function binds(pack, rule, profile, document, on) {
  const { type, kind = "" } = document.header;
  const applies = rule.appliesTo.find((each) => each.type === type);
  return (
    (pack.applies === "always" || (profile?.rulePacks ?? []).includes(pack.pack)) &&
    applies !== undefined && (!applies.kinds || applies.kinds.includes(kind)) &&
    (!rule.profiles || rule.profiles.includes(profile?.profile)) &&
    holdsOn({ from: rule.effectiveFrom, to: rule.effectiveTo }, on)
  );
}

const holdsOn = ({ from, to }, on) => (!from || from <= on) && (!to || on <= to);

function dayAt(at, offset) {
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6));
  const shifted = new Date(at).getTime() + (offset[0] === "-" ? -minutes : minutes) * 60_000;
  return new Date(shifted).toISOString().slice(0, 10);
}

function parametersOn(rule, profile, on) {
  const all = { ...rule.parameters, ...profile?.parameters?.[rule.id] };
  return new Map(Object.entries(all).map(([name, parameter]) => {
    const entry = (parameter.dated ?? [parameter]).find((each) => holdsOn(each, on));
    return [name, entry === undefined ? null : value(entry.value)];
  }));
}

function places(document, path) {
  const tokens = path.split("/").slice(1);
  return tokens.reduce(
    (reached, token) => reached.flatMap(([pointer, node]) => {
      if (node === null || typeof node !== "object") return [];
      const names = token === "*" ? Object.keys(node) : Object.hasOwn(node, token) ? [token] : [];
      return names.map((name) => [`${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, node[name]]);
    }),
    [["", document]],
  );
}

// What the dialect's functions give: the value of each expression, or that it is an error.
export function functions(lists, expressions) {
  const env = celEnv({ funcs: dialect(lists) });
  return expressions.map((expression) => {
    const result = plan(env, parse(expression))({});
    return isCelError(result) ? { error: true } : { value: plain(result) };
  });
}

function plain(result) {
  if (typeof result === "bigint") return Number(result);
  return isCelList(result) ? [...result].map(plain) : result;
}
