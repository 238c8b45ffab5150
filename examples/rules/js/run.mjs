// Judge every vector of every rule and print the verdicts as JSON: node run.mjs FOLDER (the one that holds rules/).

import { CodeLists, functionVectors, packs, profiles, vectors } from "./standard.mjs";
import { Judge, functions } from "./judge.mjs";

const root = process.argv[2] ?? "../../../spec/threeflow_spec/v1";
const rulesById = new Map(packs(root).flatMap((pack) => pack.rules.map((rule) => [rule.id, [pack, rule]])));
const known = profiles(root);
const lists = new CodeLists(root);
const judge = new Judge(lists);
const rules = vectors(root).map(({ rule, name, profile, document, facts, at }) => ({
  rule,
  vector: name,
  found: judge.found(...rulesById.get(rule), profile ? known[profile] : undefined, document, facts, at),
}));
console.log(JSON.stringify({ rules, functions: functions(lists, functionVectors(root)) }));
