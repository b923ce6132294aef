//! The text of a detail file, read strictly: as many columns as published, each of its form;
//! what does not fit is named by line and column.
//!
//! 3202 (V1.1.27): TAB, setl_id, mdtrt_id, psn_no, medfee_sumamt, fund_pay_sumamt, acct_pay,
//! refd_setl_flag. 3211 (V8.1): comma, psn_no, medinsSetlId and the three amounts. UTF-8, no
//! head line, no quoting; an empty value is the word `null`.

use std::io::{self, BufRead, BufReader, Read};

use chs_model::Money;
use chs_settlement::matching::{Amounts, Record};

/// Most faults that are told of one file.
const MOST_FAULTS: usize = 20;
/// Most bytes of a line, its end included; what follows is read as another one, and refused.
const MOST_LINE: u64 = 4_096;
/// Most characters of an id.
const MOST_ID: usize = 30;
/// Most fen of an amount: sixteen digits, two of them decimals.
const MOST_FEN: i64 = 9_999_999_999_999_999;

/// What a settlement is known by in 3202: setl_id, and whether this is its refund.
pub type SettlementKey = (String, bool);

/// What else a line tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Line, from 1.
    pub line: u64,
    /// Person.
    pub psn_no: String,
    /// Encounter; empty in 3211.
    pub mdtrt_id: String,
}

/// A line that is not of the published form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line, from 1.
    pub line: u64,
    /// The column, or empty for the line itself.
    pub column: &'static str,
    /// What is wrong, in Chinese.
    pub zh: &'static str,
    /// What is wrong, in English.
    pub en: &'static str,
}

/// Faults of a file, at most [`MOST_FAULTS`], in the order of its lines.
pub type Faults = Vec<Fault>;

/// What a text turned out to be. The outer error of the readers is that of the file.
pub type Lines<K> = Result<Vec<Record<K, Told>>, Faults>;

/// Reads the detail file of 3202.
///
/// # Errors
/// Those of the reader.
pub fn settlements(text: &mut dyn Read, most_rows: usize) -> io::Result<Lines<SettlementKey>> {
    const COLUMNS: [&str; 7] = [
        "setl_id",
        "mdtrt_id",
        "psn_no",
        "medfee_sumamt",
        "fund_pay_sumamt",
        "acct_pay",
        "refd_setl_flag",
    ];
    lines(text, '\t', &COLUMNS, most_rows, |line| {
        let refunded = match line.text(6)? {
            "0" => false,
            "1" => true,
            _ => return Err(line.fault(6, "应为 0 或 1", "0 or 1 is wanted")),
        };
        Ok(Record {
            key: (line.id(0)?, refunded),
            amounts: line.amounts([3, 4, 5])?,
            of: Told {
                line: line.number,
                psn_no: line.id(2)?,
                mdtrt_id: line.id(1)?,
            },
        })
    })
}

/// Reads the detail file of 3211, whose settlements are known by the msgid they were sent
/// under.
///
/// # Errors
/// Those of the reader.
pub fn messages(text: &mut dyn Read, most_rows: usize) -> io::Result<Lines<String>> {
    const COLUMNS: [&str; 5] = [
        "psn_no",
        "medinsSetlId",
        "medfee_sumamt",
        "fund_pay_sumamt",
        "acct_pay",
    ];
    lines(text, ',', &COLUMNS, most_rows, |line| {
        Ok(Record {
            key: line.id(1)?,
            amounts: line.amounts([2, 3, 4])?,
            of: Told {
                line: line.number,
                psn_no: line.id(0)?,
                mdtrt_id: String::new(),
            },
        })
    })
}

/// One line, its fields by the column they stand in.
struct Line<'a> {
    number: u64,
    columns: &'a [&'static str],
    fields: &'a [&'a str],
}

impl Line<'_> {
    fn fault(&self, at: usize, zh: &'static str, en: &'static str) -> Fault {
        Fault {
            line: self.number,
            column: self.columns.get(at).copied().unwrap_or_default(),
            zh,
            en,
        }
    }

    fn text(&self, at: usize) -> Result<&str, Fault> {
        match self.fields.get(at) {
            None | Some(&"" | &"null") => Err(self.fault(at, "不能为空", "it must not be empty")),
            Some(text) => Ok(text),
        }
    }

    fn id(&self, at: usize) -> Result<String, Fault> {
        let text = self.text(at)?;
        if text.chars().count() > MOST_ID || text.chars().any(char::is_control) {
            return Err(self.fault(
                at,
                "至多 30 个字符，不含控制字符",
                "at most 30 characters, none a control character",
            ));
        }
        Ok(text.to_owned())
    }

    fn money(&self, at: usize) -> Result<Money, Fault> {
        let amount = Money::from_yuan_str(self.text(at)?).ok();
        amount
            .filter(|amount| (-MOST_FEN..=MOST_FEN).contains(&amount.fen()))
            .ok_or_else(|| {
                self.fault(
                    at,
                    "应为元，至多两位小数",
                    "an amount in yuan with at most two decimals is wanted",
                )
            })
    }

    fn amounts(&self, [total, fund, account]: [usize; 3]) -> Result<Amounts, Fault> {
        Ok(Amounts {
            total: self.money(total)?,
            fund: self.money(fund)?,
            account: self.money(account)?,
        })
    }
}

fn lines<T>(
    text: &mut dyn Read,
    delimiter: char,
    columns: &[&'static str],
    most_rows: usize,
    read: impl Fn(&Line<'_>) -> Result<T, Fault>,
) -> io::Result<Result<Vec<T>, Faults>> {
    let mut reader = BufReader::new(text);
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    let mut bytes = Vec::new();
    for number in 1.. {
        bytes.clear();
        if reader
            .by_ref()
            .take(MOST_LINE)
            .read_until(b'\n', &mut bytes)?
            == 0
        {
            break;
        }
        let whole = |zh, en| Fault {
            line: number,
            column: "",
            zh,
            en,
        };
        let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        if rows.len() == most_rows {
            faults.push(whole("行数超过限额", "there are more lines than are taken"));
            break;
        }
        let outcome = match std::str::from_utf8(line) {
            Err(_) => Err(whole("不是 UTF-8", "it is not UTF-8")),
            Ok(line) => {
                // Editors of Windows begin a text with a mark of its encoding.
                let marked = line.strip_prefix('\u{feff}').filter(|_| number == 1);
                let line = marked.unwrap_or(line);
                let fields: Vec<&str> = line.split(delimiter).collect();
                if fields.len() == columns.len() {
                    read(&Line {
                        number,
                        columns,
                        fields: &fields,
                    })
                } else {
                    Err(whole(
                        "列数不符",
                        "it has not as many columns as are published",
                    ))
                }
            }
        };
        match outcome {
            Ok(row) => rows.push(row),
            Err(fault) => faults.push(fault),
        }
        if faults.len() == MOST_FAULTS {
            break;
        }
    }
    Ok(if faults.is_empty() {
        Ok(rows)
    } else {
        Err(faults)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Lines<SettlementKey> {
        settlements(&mut text.as_bytes(), 3).unwrap()
    }

    #[test]
    fn a_line_is_a_settlement() {
        let rows =
            read("\u{feff}S1\tM1\tP1\t12.5\t10\t0.05\t0\r\nS1\tM1\tP1\t-12.5\t-10\t-0.05\t1\n")
                .unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].key, ("S1".to_owned(), false));
        assert_eq!(rows[0].amounts.total, Money::from_fen(1_250));
        assert_eq!(rows[1].key, ("S1".to_owned(), true));
        assert_eq!((rows[1].of.line, &*rows[1].of.psn_no), (2, "P1"));
        assert_eq!(read("").unwrap().len(), 0);

        let rows = messages(&mut "P1,H1-20261001,1,2,3\n".as_bytes(), 3).unwrap();
        let rows = rows.unwrap();
        assert_eq!((&*rows[0].key, &*rows[0].of.psn_no), ("H1-20261001", "P1"));
    }

    #[test]
    fn what_does_not_fit_is_named_by_line_and_column() {
        let good = "S1\tM1\tP1\t1.00\t1\t0\t0\n";
        for (bad, column) in [
            ("S1\tM1\tP1\t1.00\t1\t0\n", ""),
            ("S1\tM1\tP1\t1.00\t1\t0\t0\t0\n", ""),
            ("S1\tM1\tP1\t1.001\t1\t0\t0\n", "medfee_sumamt"),
            ("S1\tM1\tP1\t1\tx\t0\t0\n", "fund_pay_sumamt"),
            ("S1\tM1\tP1\t1\t1\tnull\t0\n", "acct_pay"),
            ("S1\tM1\tP1\t1\t1\t99999999999999999\t0\n", "acct_pay"),
            ("null\tM1\tP1\t1\t1\t0\t0\n", "setl_id"),
            ("S1\t\tP1\t1\t1\t0\t0\n", "mdtrt_id"),
            ("S1\tM1\tP1\t1\t1\t0\t2\n", "refd_setl_flag"),
            (
                &format!("{}\tM1\tP1\t1\t1\t0\t0\n", "S".repeat(31)),
                "setl_id",
            ),
            ("S\u{1}\tM1\tP1\t1\t1\t0\t0\n", "setl_id"),
        ] {
            let faults = read(&format!("{good}{bad}")).unwrap_err();
            let told: Vec<_> = faults.iter().map(|one| (one.line, one.column)).collect();
            assert_eq!(told, [(2, column)], "{bad}");
        }
        let faults = settlements(&mut &b"S1\tM1\t\xff\t1\t1\t0\t0\n"[..], 3).unwrap();
        assert_eq!(faults.unwrap_err()[0].zh, "不是 UTF-8");
        assert_eq!(read(&good.repeat(3)).unwrap().len(), 3);
        assert_eq!(read(&good.repeat(4)).unwrap_err()[0].line, 4);
        let faults = settlements(&mut "x\n".repeat(100).as_bytes(), 1_000).unwrap();
        assert_eq!(faults.unwrap_err().len(), MOST_FAULTS);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(settlements(&mut &bytes[..], 100).is_ok());
            prop_assert!(messages(&mut &bytes[..], 100).is_ok());
        }
    }
}
