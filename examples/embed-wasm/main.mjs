// node main.mjs chs_grouper_wasm.wasm：试用 / tries the module. The cases are made up.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { Grouper } from "./chs-grouper.mjs";

const grouper = await Grouper.load(await readFile(process.argv[2]));
const scheme = grouper.open("chs-drg-2.0");
const row = {
  sex: "1",
  age: 69,
  los: 14,
  dx: ["R57.000", "G00.900"],
  px: ["39.9500x006", "65.7904"],
};

const outcome = scheme.group(row);
console.log(JSON.stringify(outcome));
assert.equal(outcome.status, "grouped");
assert.equal(outcome.drg, "FP15");

const invalid = scheme.group({ ...row, age: "sixty" });
assert.equal(invalid.status, "invalid");
assert.equal(invalid.reason.code, "bad_age");

assert.throws(() => grouper.open("no-such-scheme"), /chs-drg-2\.0/);
assert.throws(() => scheme.group({ ...row, weight: 1 }), /weight/);

const started = performance.now();
const cases = 20000;
for (let n = 0; n < cases; n += 1) scheme.group(row);
const seconds = (performance.now() - started) / 1000;
console.log(`ok, ${Math.round(cases / seconds)} cases/s through JSON`);
