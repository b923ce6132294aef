//! 4401: the front page of a medical record is kept, sealed whole.

use serde_json::Value;

use super::{check_id, own_institution};
use crate::{
    caller::Caller,
    error::{ErrorCode, Refusal},
    keys::SealedAs,
    operations::reports_submit::{SubmitAnswer, SubmitOutcome},
    service::exactly_once::Done,
    session::Session,
    store::{Tx, TxError, front_pages},
};

/// What a front page is found by.
pub(super) struct PageKeys<'a> {
    fixmedins_code: &'a str,
    mdtrt_sn: &'a str,
}

impl<'a> PageKeys<'a> {
    pub(super) fn of(baseinfo: &'a Value, caller: &'a Caller) -> Result<PageKeys<'a>, Refusal> {
        let text = |name: &str| baseinfo.get(name).and_then(Value::as_str).map(str::trim);
        let own = own_institution(caller)?;
        if text("fixmedins_code") != Some(own) {
            return Err(Refusal::field(
                ErrorCode::ForeignData,
                "/input/baseinfo/fixmedins_code",
                "不是本机构的病案首页",
                "the front page is another institution's",
            ));
        }
        let mdtrt_sn = text("mdtrt_sn").unwrap_or_default();
        check_id(mdtrt_sn, "/input/baseinfo/mdtrt_sn")?;
        Ok(PageKeys {
            fixmedins_code: own,
            mdtrt_sn,
        })
    }
}

pub(super) async fn run(
    tx: &Tx<'_>,
    session: &Session,
    keys: &PageKeys<'_>,
    page: &Value,
) -> Result<Done<SubmitAnswer>, TxError> {
    let place = SealedAs::FrontPage(keys.fixmedins_code, keys.mdtrt_sn);
    let body = session
        .app
        .keys
        .master
        .seal(place, page.to_string().as_bytes())
        .map_err(Refusal::internal)?;
    let at = session.meta.received_at;
    let revision = front_pages::put(tx, (keys.fixmedins_code, keys.mdtrt_sn), &body, at).await?;
    Ok(Done {
        subject: keys.mdtrt_sn.to_owned(),
        answer: SubmitAnswer::One(Box::new(SubmitOutcome {
            mdtrt_sn: Some(keys.mdtrt_sn.to_owned()),
            revision: Some(revision),
            ..SubmitOutcome::default()
        })),
    })
}
