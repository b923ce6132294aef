//! The interface specification (接口规范) as an article, out of the OpenAPI document, the
//! schemas of the requests and the error table: to be read, filed and printed.

mod members;

use std::collections::BTreeMap;

use serde_json::Value;

use self::members::{Member, members, part, within};
use crate::{
    error::ErrorCode,
    operations::TABLE,
    print::article::{Article, Block, Grid, Line, Span, Spans, code, plain, prose},
};

/// Chinese names of fields, as the settlement list titles them.
type Names = BTreeMap<String, String>;

/// The article; `openapi` is the document that the routes make.
pub fn specification(openapi: &Value) -> Article {
    let list = chs_model::schema::settlement_list();
    let names = names(&list);
    let version = within(openapi, &["info", "version"]).as_str();
    let mut blocks = vec![
        Block::Text(plain(&format!(
            "由接口定义生成，版本 {}，请勿手改。Generated from the interface's own definition; do not edit.",
            version.unwrap_or_default()
        ))),
        chapter("message", "1 报文 Message".to_owned()),
        Block::Text(plain(MESSAGE)),
    ];
    let message = within(openapi, &["components", "schemas", "SealedMessage"]);
    blocks.push(table(&members(message, openapi), &names));
    blocks.push(chapter("operations", "2 接口一览 Operations".to_owned()));
    blocks.push(overview());
    for (number, row) in (1..).zip(TABLE) {
        let route = within(openapi, &["paths", &format!("/api/v1{}", row.path), "post"]);
        let content = within(route, &["responses", "200", "content", "application/json"]);
        let schema = (row.schema)();
        let answer = within(content, &["schema", "$ref"])
            .as_str()
            .unwrap_or_default();
        let answer = openapi.pointer(answer.trim_start_matches('#'));
        let data = answer.map_or(&Value::Null, |answer| {
            within(answer, &["properties", "data"])
        });
        blocks.extend([
            chapter(row.id, format!("3.{number} {}", row.title)),
            Block::Text(vec![
                Span::Code(format!("POST /api/v1{}", row.path)),
                Span::Text("　".to_owned()),
                Span::Code(row.id.to_owned()),
            ]),
            Block::Text(prose(
                part(route, "description").as_str().unwrap_or_default(),
            )),
            Block::Heading("请求 request"),
            table(&members(&schema, &schema), &names),
            Block::Heading("应答 answer"),
            table(&members(data, openapi), &names),
        ]);
        blocks.extend(example(within(content, &["example", "data"])));
    }
    let title = part(&list, "title").as_str().unwrap_or_default();
    blocks.extend([
        chapter("list", "4 结算清单 Settlement list".to_owned()),
        Block::Text(plain(title)),
        table(&members::of_list(&list), &names),
        chapter("errors", "5 错误码 Error codes".to_owned()),
        errors(),
    ]);
    Article {
        title: "医保 DRG/DIP 支付集成网关 接口规范",
        title_en: "chs-gateway: interface specification",
        blocks: blocks.into_iter().filter(says_something).collect(),
    }
}

const MESSAGE: &str = "POST，业务数据经 SM2 签名、SM4 加密后放入下列报文；应答同样签名加密，须验签。步骤与测试数据见 \
    VENDORS.md。Data is signed with SM2 and sealed with SM4 into this message; answers alike.";

fn chapter(id: &str, text: String) -> Block {
    Block::Chapter {
        id: id.to_owned(),
        text,
    }
}

fn says_something(block: &Block) -> bool {
    !matches!(block, Block::Text(spans) if spans.is_empty())
}

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

fn overview() -> Block {
    let row = |row: &crate::operations::OperationRow| {
        let numbers: Vec<&str> = row.transactions.iter().map(|one| one.infno).collect();
        let roles: Vec<String> = row.roles.iter().map(ToString::to_string).collect();
        let name = vec![
            Span::Link {
                to: row.id.to_owned(),
                text: row.title.to_owned(),
            },
            Span::Break,
            Span::Code(row.id.to_owned()),
        ];
        Line::Cells(vec![
            name,
            code(row.path),
            plain(&numbers.join("、")),
            plain(&roles.join("、")),
        ])
    };
    Block::Grid(Grid {
        columns: vec![
            ("接口 operation", 36),
            ("路径 path", 26),
            ("交易 infno", 20),
            ("角色 roles", 18),
        ],
        rows: TABLE.iter().map(row).collect(),
    })
}

fn table(members: &[Member], names: &Names) -> Block {
    if members.is_empty() {
        return Block::Text(plain("无成员 no members"));
    }
    let row = |member: &Member| {
        if member.heading {
            return Line::Part(member.path.clone());
        }
        Line::Cells(vec![
            code(&member.path),
            plain(member.kind),
            plain(if member.required { "是" } else { "" }),
            meaning(member, names),
            prose(&member.limits),
        ])
    };
    Block::Grid(Grid {
        columns: vec![
            ("成员 member", 28),
            ("类型 type", 10),
            ("必填 required", 9),
            ("含义 meaning", 36),
            ("取值 values", 17),
        ],
        rows: members.iter().map(row).collect(),
    })
}

/// The Chinese name, then what the schema says beyond it.
fn meaning(member: &Member, names: &Names) -> Spans {
    let zh = names.get(member.name()).map_or("", String::as_str);
    if member.meaning == zh || member.meaning.is_empty() {
        return plain(zh);
    }
    let separator = if zh.is_empty() { "" } else { "　" };
    prose(&format!("{zh}{separator}{}", member.meaning))
}

fn example(data: &Value) -> Vec<Block> {
    match serde_json::to_string_pretty(data) {
        Ok(text) if !data.is_null() => vec![Block::Heading("示例 example"), Block::Listing(text)],
        _ => Vec::new(),
    }
}

fn errors() -> Block {
    let row = |error: &ErrorCode| {
        let row = error.row();
        Line::Cells(vec![
            code(row.code),
            plain(&row.status.to_string()),
            plain(if row.retryable { "是" } else { "" }),
            prose(&format!("{} / {}", row.zh, row.en)),
            prose(row.hospital),
        ])
    };
    Block::Grid(Grid {
        columns: vec![
            ("code", 13),
            ("HTTP", 7),
            ("可重试 retry", 8),
            ("原因 cause", 42),
            ("医院 hospital", 30),
        ],
        rows: ErrorCode::ALL.iter().map(row).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::article::html;

    #[test]
    fn every_operation_code_and_field_of_the_list_stands_in_it_once() {
        let openapi = serde_json::to_value(crate::router::document()).unwrap();
        let page = html(&specification(&openapi));
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
        assert!(!page.contains('`'), "names are set apart");
        assert!(page.len() < 500_000, "{}", page.len());
    }
}
