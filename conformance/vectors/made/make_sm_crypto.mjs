// sm-crypto.toml: vectors of npm sm-crypto 0.5.8; run: npm install sm-crypto@0.5.8; node make_sm_crypto.mjs

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const { sm2, sm3, sm4 } = createRequire(`${process.cwd()}/`)("sm-crypto");
const here = new URL(".", import.meta.url);
const data = JSON.parse(readFileSync(new URL("inputs.json", here), "utf8"));
const sign = (text) => sm2.doSignature(text, data.private_key, { hash: true, publicKey: data.public_key });
const hash = (bytes) => sm3([...bytes]);

const lines = ["# Made with npm sm-crypto 0.5.8 by make_sm_crypto.mjs; see README.md.", 'made_with = "sm-crypto 0.5.8"', ""];
for (const row of data.inputs) {
  const text = row.text ?? row.repeat.repeat(row.times);
  const bytes = Buffer.from(text, "utf8");
  const sealed = sm4.encrypt([...bytes], data.sm4_key, { output: "array" });
  lines.push("[[vector]]", `input = "${row.name}"`, `sm3 = "${hash(bytes)}"`, `sm4 = "${hash(sealed)}"`,
    `signature = "${sign([...bytes])}"`, "");
}
for (const [name, at] of [["short_r", 0], ["short_s", 64]]) {
  let signature;
  do signature = sign("abc"); while (signature.slice(at, at + 2) !== "00");
  lines.push(`[${name}]`, 'input = "abc"', `signature = "${signature}"`, "");
}
writeFileSync(new URL("sm-crypto.toml", here), lines.join("\n"));
