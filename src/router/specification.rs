//! The interface specification (接口规范) as one HTML page, out of the OpenAPI document, the
//! schemas of the requests and the error table: to be read, filed and printed.

mod members;

use std::{collections::BTreeMap, fmt::Write};

use serde_json::Value;

use self::members::{Member, members, part, within};
use crate::{error::ErrorCode, operations::TABLE};

/// Chinese names of fields, as the settlement list titles them.
type Names = BTreeMap<String, String>;

/// The page; `openapi` is the document that the routes make.
pub fn specification(openapi: &Value) -> String {
    let list = chs_model::schema::settlement_list();
    let names = names(&list);
    let mut page = String::from(HEAD);
    // Writing into a String cannot fail.
    let _ = write!(
        page,
        "<p>由接口定义生成，版本 {}，请勿手改。Generated from the interface's own definition; do not edit.</p>\n\
         <h2 id=\"message\">1 报文 Message</h2>\n\
         <p>POST，业务数据经 SM2 签名、SM4 加密后放入下列报文；应答同样签名加密，须验签。步骤与测试数据见 VENDORS.md。\
         Data is signed with SM2 and sealed with SM4 into this message; answers alike.</p>\n",
        escaped(
            within(openapi, &["info", "version"])
                .as_str()
                .unwrap_or_default()
        )
    );
    let message = within(openapi, &["components", "schemas", "SealedMessage"]);
    table(&mut page, &members(message, openapi), &names);
    overview(&mut page);
    for (number, row) in (1..).zip(TABLE) {
        let route = within(openapi, &["paths", &format!("/api/v1{}", row.path), "post"]);
        let content = within(route, &["responses", "200", "content", "application/json"]);
        let _ = write!(
            page,
            "<h2 id=\"{id}\">3.{number} {}</h2>\n<p><code>POST /api/v1{}</code>　<code>{id}</code></p>\n<p>{}</p>\n<h3>请求 request</h3>\n",
            escaped(row.title),
            row.path,
            escaped(part(route, "description").as_str().unwrap_or_default()),
            id = row.id,
        );
        let schema = (row.schema)();
        table(&mut page, &members(&schema, &schema), &names);
        page.push_str("<h3>应答 answer</h3>\n");
        let answer = within(content, &["schema", "$ref"])
            .as_str()
            .unwrap_or_default();
        let answer = openapi.pointer(answer.trim_start_matches('#'));
        let data = answer.map_or(&Value::Null, |answer| {
            within(answer, &["properties", "data"])
        });
        table(&mut page, &members(data, openapi), &names);
        example(&mut page, within(content, &["example", "data"]));
    }
    let _ = write!(
        page,
        "<h2 id=\"list\">4 结算清单 Settlement list</h2>\n<p>{}</p>\n",
        escaped(part(&list, "title").as_str().unwrap_or_default())
    );
    table(&mut page, &members::of_list(&list), &names);
    errors(&mut page);
    page.push_str("</body></html>\n");
    page
}

const HEAD: &str = "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\n\
    <title>接口规范 chs-gateway</title>\n<style>\n\
    body{font:14px/1.6 \"Noto Sans CJK SC\",\"Microsoft YaHei\",sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}\n\
    table{border-collapse:collapse;width:100%;font-size:12px}\n\
    td,th{border:1px solid #bbb;padding:2px 6px;text-align:left;vertical-align:top;overflow-wrap:anywhere}\n\
    th{background:#eee}pre{background:#f6f6f6;padding:.5rem;font-size:12px;white-space:pre-wrap;overflow-wrap:anywhere}\n\
    @media print{h2{break-before:auto;break-after:avoid}tr,pre{break-inside:avoid}thead{display:table-header-group}}\n\
    @page{size:A4;margin:15mm}\n</style></head><body>\n\
    <h1>医保 DRG/DIP 支付集成网关 接口规范<br><small>Interface specification</small></h1>\n";

fn names(list: &Value) -> Names {
    let nodes = part(list, "$defs").as_object().into_iter().flatten();
    let fields = nodes.filter_map(|(_, node)| part(node, "properties").as_object());
    let titled = |(name, field): (&String, &Value)| {
        Some((name.clone(), part(field, "title").as_str()?.to_owned()))
    };
    let common = COMMON.map(|(name, zh)| (name.to_owned(), zh.to_owned()));
    common
        .into_iter()
        .chain(fields.flatten().filter_map(titled))
        .collect()
}

/// Names outside the settlement list, as the public transactions have them.
const COMMON: [(&str, &str); 34] = [
    ("admdvs", "行政区划"),
    ("batch_no", "批次号"),
    ("booked", "基金应付"),
    ("ccmcc", "并发症合并症标志"),
    ("clrOptins", "清算经办机构"),
    ("clrYm", "清算年月"),
    ("decision", "处理结论"),
    ("detl_list", "质控明细"),
    ("drg_code", "病组编码"),
    ("drg_name", "病组名称"),
    ("err_lv", "错误级别"),
    ("example", "示例参数"),
    ("feeClrId", "费用清算ID"),
    ("findings", "质控发现"),
    ("fixmedinsCode", "定点医药机构编号"),
    ("grp_ver", "分组方案"),
    ("insutype", "险种类型"),
    ("level", "汇总层级"),
    ("medfee_sumamt", "医疗费总额"),
    ("message", "说明（中文）"),
    ("message_en", "说明（英文）"),
    ("opinion", "意见"),
    ("opter_no", "操作员编号"),
    ("page_num", "页码"),
    ("page_size", "每页行数"),
    ("pointer", "位置（JSON Pointer）"),
    ("pools", "险种基金"),
    ("qltctrl_rslt", "质控结果"),
    ("reason", "理由"),
    ("retn_flag", "退回标志"),
    ("setl_list_id", "清单流水号"),
    ("setl_psntime", "结算人次"),
    ("setl_ym", "结算年月"),
    ("total", "总行数"),
];

fn overview(page: &mut String) {
    page.push_str(
        "<h2 id=\"operations\">2 接口一览 Operations</h2>\n<table><thead><tr><th>接口 operation</th>\
         <th>路径 path</th><th>交易 infno</th><th>角色 roles</th></tr></thead>\n",
    );
    for row in TABLE {
        let numbers: Vec<&str> = row.transactions.iter().map(|one| one.infno).collect();
        let roles: Vec<String> = row.roles.iter().map(ToString::to_string).collect();
        let _ = writeln!(
            page,
            "<tr><td><a href=\"#{id}\">{}</a><br><code>{id}</code></td><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
            escaped(row.title),
            row.path,
            numbers.join("、"),
            roles.join("、"),
            id = row.id,
        );
    }
    page.push_str("</table>\n");
}

fn table(page: &mut String, members: &[Member], names: &Names) {
    if members.is_empty() {
        page.push_str("<p>无成员 no members</p>\n");
        return;
    }
    page.push_str(
        "<table><thead><tr><th>成员 member</th><th>类型 type</th><th>必填 required</th>\
         <th>含义 meaning</th><th>取值 values</th></tr></thead>\n",
    );
    for member in members {
        if member.heading {
            let _ = writeln!(
                page,
                "<tr><th colspan=\"5\">{}</th></tr>",
                escaped(&member.path)
            );
            continue;
        }
        let zh = names.get(member.name()).map_or("", String::as_str);
        let separator = if zh.is_empty() || member.meaning.is_empty() {
            ""
        } else {
            "　"
        };
        let meaning = if member.meaning == zh {
            ""
        } else {
            &member.meaning
        };
        let _ = writeln!(
            page,
            "<tr><td><code>{}</code></td><td>{}</td><td>{}</td><td>{}{separator}{}</td><td>{}</td></tr>",
            escaped(&member.path),
            member.kind,
            if member.required { "是" } else { "" },
            escaped(zh),
            escaped(meaning),
            escaped(&member.limits),
        );
    }
    page.push_str("</table>\n");
}

fn example(page: &mut String, data: &Value) {
    if let Ok(text) = serde_json::to_string_pretty(data)
        && !data.is_null()
    {
        let _ = writeln!(page, "<h3>示例 example</h3>\n<pre>{}</pre>", escaped(&text));
    }
}

fn errors(page: &mut String) {
    page.push_str(
        "<h2 id=\"errors\">5 错误码 Error codes</h2>\n<table><thead><tr><th>code</th><th>HTTP</th>\
         <th>可重试 retry</th><th>原因 cause</th><th>医院 hospital</th></tr></thead>\n",
    );
    for code in ErrorCode::ALL {
        let row = code.row();
        let _ = writeln!(
            page,
            "<tr><td><code>{}</code></td><td>{}</td><td>{}</td><td>{} / {}</td><td>{}</td></tr>",
            row.code,
            row.status,
            if row.retryable { "是" } else { "" },
            escaped(row.zh),
            escaped(row.en),
            escaped(row.hospital),
        );
    }
    page.push_str("</table>\n");
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_code_and_field_of_the_list_stands_in_it_once() {
        let openapi = serde_json::to_value(crate::router::document()).unwrap();
        let page = specification(&openapi);
        let count = |text: &str| page.matches(text).count();
        for row in TABLE {
            assert_eq!(count(&format!("<h2 id=\"{}\">", row.id)), 1, "{}", row.id);
        }
        for code in ErrorCode::ALL {
            let cell = format!("<td><code>{}</code></td>", code.row().code);
            assert_eq!(count(&cell), 1, "{cell}");
        }
        assert_eq!(count("<td><code>diseinfo[].diag_code</code></td>"), 1);
        assert_eq!(count("<table>"), count("</table>"));
        // What is unknown would be indexed as null and print nothing.
        assert!(!page.contains("<p></p>") && page.contains("性别"));
        assert!(page.len() < 500_000, "{}", page.len());
    }
}
