// 签名与加密报文 / the signed and sealed message, with sm-crypto.
//
//     规范化文本 canonical text -> SM2 签名 sign -> SM4-ECB 加密 seal -> POST
//     应答 answer -> 解密 open -> 规范化 canonicalise -> SM2 验签 verify

import { randomBytes } from "node:crypto";
import { isLosslessNumber, parse } from "lossless-json";
import smCrypto from "sm-crypto";

const { sm2, sm4 } = smCrypto;

// 数字按原文保留，重复的键被拒绝 / number lexemes are kept, duplicate keys refused
export { parse };

// 规范化文本，没有内容时为 undefined / canonical text, or undefined when nothing remains.
// Keys sorted at every depth, no blanks, non-ASCII as characters; null, "", {} and [] dropped
// at every depth, inside arrays too.
export function canonical(value) {
  if (value === null || value === undefined || value === "") return undefined;
  if (isLosslessNumber(value)) return value.value;
  if (Array.isArray(value)) {
    const items = value.map(canonical).filter((text) => text !== undefined);
    return items.length ? `[${items.join(",")}]` : undefined;
  }
  if (typeof value === "object") {
    const members = Object.keys(value).sort()
      .map((key) => [key, canonical(value[key])])
      .filter(([, text]) => text !== undefined)
      .map(([key, text]) => `${JSON.stringify(key)}:${text}`);
    return members.length ? `{${members.join(",")}}` : undefined;
  }
  return JSON.stringify(value);
}

// 成员按 ASCII 排序以 & 连接，末尾加 &key=appSecret / what the signature covers.
export function signedText(members, appSecret) {
  const left = new Set(["signData", "encData", "extra"]);
  const parts = Object.keys(members).sort()
    // 没有内容的 data 与空成员一样不签 / data that holds nothing is left out like an empty member.
    .filter((name) => !left.has(name) && members[name] !== "" && members[name] !== undefined)
    .map((name) => `${name}=${members[name]}`);
  return `${parts.join("&")}&key=${appSecret}`;
}

// SM4 密钥的十六个字符按字节使用，不作十六进制解码 / the key's hex characters are used as bytes, not decoded.
export function key2(appId, appSecret) {
  const key = Buffer.from(appId.slice(0, 16));
  return Buffer.from(encrypt(key, appSecret).slice(0, 16));
}

export function encrypt(key, text) {
  return Buffer.from(sm4.encrypt([...Buffer.from(text)], [...key], { output: "array" }))
    .toString("hex").toUpperCase();
}

export function decrypt(key, hex) {
  return Buffer.from(sm4.decrypt([...Buffer.from(hex, "hex")], [...key], { output: "array" })).toString();
}

// SM3withSM2，r‖s 共 64 字节 / 64 bytes, Base64. sm-crypto takes and gives hex.
export function sign(privateKey, publicKey, text) {
  const key = Buffer.from(privateKey, "base64").subarray(-32).toString("hex");
  const signature = sm2.doSignature(text, key, { hash: true, publicKey: point(publicKey) });
  return Buffer.from(signature, "hex").toString("base64");
}

export function verify(publicKey, text, signData) {
  const signature = Buffer.from(signData, "base64");
  return signature.length === 64 && signature.toString("base64") === signData &&
    sm2.doVerifySignature(text, signature.toString("hex"), point(publicKey), { hash: true });
}

function point(publicKey) {
  return `04${Buffer.from(publicKey, "base64").subarray(-64).toString("hex")}`;
}

// 中国时间 yyyyMMddHHmmss / China time
function timestamp() {
  return new Date(Date.now() + 8 * 3600_000).toISOString().replace(/\D/g, "").slice(0, 14);
}

// 一个调用方的密钥 / the keys of one caller; members as in the caller file.
export class Caller {
  constructor(file) {
    this.file = file;
    this.key = key2(file.app_id, file.app_secret);
  }

  // 密封一份业务数据 / returns the message to send and the text it signed.
  seal(data, requestId = `JS:${randomBytes(12).toString("hex")}`) {
    const text = canonical(data);
    const message = {
      appId: this.file.app_id,
      encType: "SM4",
      signType: "SM2",
      timestamp: timestamp(),
      version: "1.0.0",
      nonce: randomBytes(12).toString("hex"),
      requestId,
    };
    const covered = signedText({ ...message, data: text }, this.file.app_secret);
    message.signData = sign(this.file.private_key, this.file.public_key, covered);
    message.encData = encrypt(this.key, text ?? "{}");
    return { message, covered };
  }

  // 打开并验签一份应答 / opens the answer to a request and verifies its signature.
  open(answer, request) {
    for (const name of ["appId", "nonce", "requestId", "encType"]) {
      if (answer[name] !== request[name]) {
        throw new Error(`应答不属于本次请求 / the answer belongs to another request: ${name}`);
      }
    }
    const data = parse(decrypt(this.key, answer.encData));
    const covered = signedText({ ...answer, data: canonical(data) }, this.file.app_secret);
    if (!verify(this.file.platform_public_key, covered, answer.signData)) {
      throw new Error("应答验签未通过 / the signature of the answer does not verify");
    }
    return data;
  }
}
