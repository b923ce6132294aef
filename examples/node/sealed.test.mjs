// 公开测试数据 V0、V2、V3、V5、V6 / published vectors; run: node --test

import assert from "node:assert/strict";
import test from "node:test";
import { canonical, decrypt, encrypt, key2, parse, sign, signedText, verify, Caller } from "./sealed.mjs";

const appId = "43AF047BBA47FC8A1AE8EFB232BDBBCB";
const secret = "4117E877F5FA0A0188891283E4B617D5";
const b64 = (hex) => Buffer.from(hex, "hex").toString("base64");
const d = b64("211fee8c3c5fee2fad3dc926fc9403366d2def02cdd0bb5bd683ca015d99db7f");
const p = b64("17cc16abaebedc7f87b2e0a508c0cb93631761db7fa19adece712c6aade1d673" +
  "e389b5e902df7a2e6fe3917b0f55747e00d74e36e939ecc3e7967b7058a91858");

test("V0, V5: key derivation", () => {
  assert.equal(key2(appId, secret).toString(), "863B5F40C70B71EA");
  const key = key2("0F0822652EB7CB91A644E638FBE9941E", "30BFE2B0C715E516E5EDF21E289DA826");
  assert.equal(encrypt(key, "a"), "C212E76D030FD8B4790096B02EFA9EEC");
  assert.equal(decrypt(key, "C212E76D030FD8B4790096B02EFA9EEC"), "a");
});

test("V2: canonical text", () => {
  const text = '{"number":123,"boolTrue":true,"boolFalse":false,"chinese":"高平市人民医院","nested":{"b":2,"a":1,' +
    '"deep":{"z":"","y":[1,"",null,{"k":"值"}]}},"emptyString":"","nullValue":null,"emptyDict":{},"emptyList":[]}';
  assert.equal(canonical(parse(text)), '{"boolFalse":false,"boolTrue":true,"chinese":"高平市人民医院",' +
    '"nested":{"a":1,"b":2,"deep":{"y":[1,{"k":"值"}]}},"number":123}');
  assert.equal(canonical(parse('{"a":12.50,"b":[{}]}')), '{"a":12.50}');
});

test("V3: signature", () => {
  const text = "高平市人民医院-SM2交叉验证消息-0123456789";
  const signature = b64("c26647c279a6180bf418dd06c2d081632b709139c9b1fa883aba35ddec3128ce" +
    "2ff4c93011cf4ded0ba3784c4699369edb8cee986271f70d35c1cdffc7b5fb4d");
  assert.ok(verify(p, text, signature));
  assert.ok(!verify(p, `${text} `, signature));
  assert.ok(verify(p, text, sign(d, p, text)));
  assert.ok(!verify(p, text, b64("00".repeat(64))));
  assert.ok(!verify(p, text, b64("01".repeat(65))));
});

test("V6: signed text", () => {
  const data = parse('{"setlinfo": {"psn_name": "测试", "gend": "1"}, "amt": 12.50}');
  const text = signedText({ appId, encType: "SM4", signType: "SM2", timestamp: "20261122080000", version: "1.0.0",
    nonce: "3f6c1b5ad2e84c7f9a10", requestId: "H61040000001202611220001", data: canonical(data) }, secret);
  assert.ok(verify(p, text, "JzYSGmmoRTjCTE3S7zF1j8j+q7gzO4zcj5cU9GACLYNti1NvwBzzlKMgjOTmlGBHxvdrK8d8nKcAhXjwnyQBDA=="));
});

test("data that holds nothing is sealed and not signed", () => {
  const caller = new Caller({ app_id: appId, app_secret: secret, private_key: d, public_key: p, platform_public_key: p });
  const { message, covered } = caller.seal(parse('{"a":"","b":[null]}'));
  assert.ok(!covered.includes("data="));
  const { signData, ...members } = message;
  const answer = { ...members, code: "0", message: "成功", success: true };
  answer.signData = sign(d, p, signedText(answer, secret));
  assert.equal(canonical(caller.open(answer, message)), undefined);
});

test("an answer is verified with its numbers as written, and as the answer to its request", () => {
  const caller = new Caller({ app_id: appId, app_secret: secret, private_key: d, public_key: p, platform_public_key: p });
  const { message } = caller.seal(parse('{"a":"1"}'));
  const { encData, signData, ...members } = message;
  const text = '{"pay_std":5230.4,"sum":12.50}';
  const answer = { ...members, code: "0", message: "成功", success: true };
  answer.signData = sign(d, p, signedText({ ...answer, data: text }, secret));
  answer.encData = encrypt(caller.key, text);
  assert.equal(canonical(caller.open(answer, message)), text);
  for (const change of [{ success: false }, { message: "其他" }, { nonce: "0" }, { requestId: "other" }]) {
    assert.throws(() => caller.open({ ...answer, ...change }, message));
  }
});
