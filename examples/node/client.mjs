// 事前质控、上报、查询与一次错误 / pre-check, upload, query, and an error handled.
//
// 用法 usage: node client.mjs --caller FILE [--url U] [--list FILE]
// 退出码 exit codes: 0 四次调用都如预期 / all four calls went as expected, 1 否则 / otherwise

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Caller, parse } from "./sealed.mjs";

const { values: args } = parseArgs({
  options: {
    caller: { type: "string" },
    url: { type: "string" },
    list: { type: "string", default: new URL("../list.json", import.meta.url).pathname },
  },
});
if (!args.caller) {
  console.error("用法 usage: node client.mjs --caller FILE [--url U] [--list FILE]");
  process.exit(2);
}

// 调用方文件每行一个 名称 = "值" / a caller file has a NAME = "VALUE" on each line
const file = Object.fromEntries(
  [...readFileSync(args.caller, "utf8").matchAll(/^(\w+) *= *"([^"]*)"/gm)].map(([, name, value]) => [name, value]),
);
const caller = new Caller(file);
const base = (args.url ?? file.url).replace(/\/$/, "");

// 密封、发送、验签 / seals, sends, verifies; returns the status and the opened data
async function call(path, data) {
  const { message, covered } = caller.seal(data);
  console.log("签名文本 signed text:", covered.replace(file.app_secret, "<appSecret>"), "\n");
  const response = await fetch(`${base}/api/v1/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(message),
    signal: AbortSignal.timeout(30_000),
  });
  const answer = parse(await response.text());
  // 验证调用方之前的失败是明文 / what fails before the caller is verified comes unsealed
  if (answer.encData === undefined) {
    console.log(`明文应答（未签名）/ a plain answer, not signed: HTTP ${response.status}`);
    return { status: response.status, data: answer };
  }
  const opened = caller.open(answer, message);
  console.log(`应答验签通过 / the signature of the answer verifies: HTTP ${response.status} code ${answer.code}`);
  return { status: response.status, data: opened };
}

function refusal({ status, data }) {
  const message = [data.message ?? data.title, data.message_en].filter(Boolean).join(" / ");
  console.log(`拒绝 refused: HTTP ${status} ${data.code ?? ""} ${message}`);
  for (const error of data.errors ?? []) console.log(`  ${error.pointer}: ${error.message} / ${error.message_en}`);
}

async function expect(status, path, data) {
  const answer = await call(path, data);
  if (answer.status >= 400) refusal(answer);
  if (answer.status !== status) throw new Error(`应为 expected HTTP ${status}`);
  return answer.data;
}

async function run() {
  const list = parse(readFileSync(args.list, "utf8"));
  Object.assign(list.setlinfo, {
    fixmedins_code: file.fixmedins_code,
    fixmedins_name: file.fixmedins_name,
    setl_id: `JS-${randomBytes(8).toString("hex")}`,
  });

  console.log("== 1. 事前质控 / pre-check");
  const checked = await expect(200, "qc/pre-check", list);
  const { grouping, estimate } = checked;
  console.log(`质控 QC: ${checked.qltctrl_rslt === "1" ? "通过 pass" : "不通过 fail"}，问题 findings ${checked.findings?.length ?? 0}`);
  console.log(`分组 grouping: ${grouping.status} ${grouping.drg_code ?? "—"} ${grouping.drg_name ?? ""}`);
  console.log(estimate ? `测算 estimate: ${estimate.pay_std} 元 yuan，差额 difference ${estimate.difference}` : "无测算 no estimate");

  console.log("\n== 2. 上报并提交 / upload and submit");
  const stored = await expect(200, "reports", { report: "4101", submit: true, input: list });
  console.log(`清单流水号 list ${stored.setl_list_id}，状态 state ${stored.stas_type}，分组 DRG ${stored.grouping?.drg_code ?? "—"}`);

  console.log("\n== 3. 查询 / query");
  const found = await expect(200, "settlement-lists/uploads", { setl_id: list.setlinfo.setl_id });
  console.log(`结算ID setl_id ${found.list.setlinfo.setl_id}，状态 state ${found.stas_type}`);
  if (found.list.setlinfo.setl_id !== list.setlinfo.setl_id) throw new Error("查到的不是所上报的清单 / another list came back");

  console.log("\n== 4. 未知字段 gender / a field gender, which does not exist");
  list.setlinfo.gender = "1";
  await expect(422, "qc/pre-check", list);
}

run().catch((error) => {
  console.error(`失败 / failed: ${error.message}${error.cause ? ` (${error.cause.message})` : ""}`);
  process.exitCode = 1;
});
