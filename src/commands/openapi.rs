//! `chs-gateway openapi`: the generated documents, written or compared.

use std::{error::Error, fs, path::PathBuf, process::ExitCode};

use chs_quality::Engine;
use clap::Parser;

use super::Outcome;
use crate::{
    config,
    error::markdown,
    operations::TABLE,
    print::{article::html, pdf},
    router,
};

/// 输出接口文档 / write the generated documents
///
/// 无参数时打印 OpenAPI；--write 写入 openapi/、schemas/ 与 docs/ 中生成的文件；--check 比对是否最新；
/// --pdf 将接口规范写成可打印的文件。
///
/// Without options it prints the OpenAPI document; `--write` writes openapi/, schemas/ and
/// the generated files of docs/ below a folder; `--check` compares them and exits with 1 on a difference;
/// `--pdf` writes the interface specification to be printed and filed.
#[derive(Debug, Parser)]
pub struct Args {
    /// 写入该目录 / write below this folder
    #[arg(long, value_name = "DIR", conflicts_with = "check")]
    write: Option<PathBuf>,
    /// 与该目录比对 / compare with this folder
    #[arg(long, value_name = "DIR")]
    check: Option<PathBuf>,
    /// 将接口规范写成 PDF / write the interface specification as a PDF
    #[arg(long, value_name = "FILE", conflicts_with_all = ["write", "check"])]
    pdf: Option<PathBuf>,
}

/// Prints, writes or compares.
///
/// # Errors
/// Files that cannot be written.
pub fn run(args: Args) -> Outcome {
    if let Some(file) = args.pdf {
        let openapi = serde_json::to_value(router::document())?;
        fs::write(file, pdf::draw_article(&router::specification(&openapi))?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let documents = documents()?;
    if let Some(folder) = args.write {
        for (path, text) in &documents {
            let path = folder.join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, text)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(folder) = args.check {
        let stale: Vec<_> = documents
            .iter()
            .filter(|(path, text)| {
                fs::read_to_string(folder.join(path)).ok().as_ref() != Some(text)
            })
            .map(|(path, _)| path.as_str())
            .collect();
        if stale.is_empty() {
            return Ok(ExitCode::SUCCESS);
        }
        eprintln!(
            "已过期，请运行 chs-gateway openapi --write . / stale, run the command: {}",
            stale.join(", ")
        );
        return Ok(ExitCode::FAILURE);
    }
    if let Some((_, text)) = documents.first() {
        print!("{text}");
    }
    Ok(ExitCode::SUCCESS)
}

/// Every generated document with its path; the OpenAPI document first.
fn documents() -> Result<Vec<(String, String)>, Box<dyn Error + Send + Sync>> {
    let pretty = |value: &serde_json::Value| serde_json::to_string_pretty(value).map(|t| t + "\n");
    let openapi = serde_json::to_value(router::document())?;
    let mut documents = vec![("openapi/openapi.json".to_owned(), pretty(&openapi)?)];
    for row in TABLE {
        documents.push((format!("schemas/{}.json", row.id), pretty(&(row.schema)())?));
    }
    documents.push((
        "schemas/config.json".to_owned(),
        pretty(&config::schema()?)?,
    ));
    documents.push((
        "docs/INTERFACES.html".to_owned(),
        html(&router::specification(&openapi)),
    ));
    documents.push(("docs/ERRORS.md".to_owned(), markdown::as_markdown()));
    documents.push((
        "docs/QC_RULES.md".to_owned(),
        chs_quality::markdown(&Engine::builtin()?),
    ));
    Ok(documents)
}
