//! Answers: as they are written, and as others write them.

use chs_envelope::transaction::{
    InfCodeForm, Input, MsgIdError, ResponseError, Stamp, TransactionResponse,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn stamp() -> Stamp<'static> {
    Stamp {
        admdvs: "610400",
        received_millis: 1_795_305_600_000,
        answered_millis: 1_795_305_600_042,
        serial: 7,
    }
}

fn parse(value: &Value) -> Result<TransactionResponse, ResponseError> {
    TransactionResponse::parse(value.to_string().as_bytes())
}

#[test]
fn as_published() {
    let answer = TransactionResponse::success(&stamp(), r#"{"a":1.50}"#.into()).unwrap();
    assert_eq!(
        answer.to_json(InfCodeForm::Number),
        concat!(
            r#"{"infcode":0,"inf_refmsgid":"610400202611220800000000000007","#,
            r#""refmsg_time":"20261122080000000","respond_time":"20261122080000042","#,
            r#""err_msg":"","output":{"a":1.50}}"#,
        )
    );
    assert!(
        answer
            .to_json(InfCodeForm::Text)
            .starts_with(r#"{"infcode":"0","#)
    );
    for form in [InfCodeForm::Number, InfCodeForm::Text] {
        let again = TransactionResponse::parse(answer.to_json(form).as_bytes()).unwrap();
        assert_eq!(again, answer);
        assert!(again.infcode.is_success());
    }
    let failure = TransactionResponse::failure(&stamp(), &"错".repeat(300)).unwrap();
    assert_eq!(failure.err_msg.chars().count(), 200);
    let text = failure.to_json(InfCodeForm::Number);
    assert!(text.starts_with(r#"{"infcode":-1,"#) && text.ends_with(r#""output":{}}"#));
    let mut wrong = stamp();
    wrong.admdvs = "6104";
    assert_eq!(
        TransactionResponse::failure(&wrong, "").unwrap_err(),
        MsgIdError::Division
    );
}

#[test]
fn as_others_write_them() {
    let success = |code: Value| {
        parse(&json!({"infcode": code}))
            .unwrap()
            .infcode
            .is_success()
    };
    assert!(success(json!(0)) && success(json!("0")));
    for failure in [
        json!(-1),
        json!("-1"),
        json!("1"),
        json!(-100),
        json!("00"),
        json!("0 "),
        json!(0.5),
    ] {
        assert!(!success(failure.clone()), "{failure}");
    }
    let recorded = parse(&json!({
        "infcode": 0, "inf_refmsgid": "500000202107141108170000514555",
        "refmsg_time": "20210714110817123", "respond_time": 20_210_714_110_817_456_u64,
        "err_msg": null, "output": {"x": "y"}, "enctype": "", "signtype": null, "other": [1],
    }))
    .unwrap();
    assert_eq!(recorded.respond_time, "20210714110817456");
    assert_eq!(
        (recorded.err_msg.as_str(), recorded.output),
        ("", Some(Input::Plain(r#"{"x":"y"}"#.into())))
    );
    for nothing in [json!(null), json!("")] {
        assert_eq!(
            parse(&json!({"infcode": 0, "output": nothing}))
                .unwrap()
                .output,
            None
        );
    }
    let sealed = parse(&json!({"infcode": 0, "output": "AbC="})).unwrap();
    assert_eq!(sealed.output, Some(Input::Sealed("AbC=".into())));
}

#[test]
fn what_is_no_answer() {
    assert_eq!(
        parse(&json!({"code": 401, "message": "签名不一致!"})),
        Err(ResponseError::Gateway {
            code: "401".into(),
            message: "签名不一致!".into()
        })
    );
    for bad in [
        json!({}),
        json!({"infcode": null}),
        json!({"infcode": ""}),
        json!({"infcode": true}),
    ] {
        assert_eq!(parse(&bad), Err(ResponseError::InfCode), "{bad}");
    }
    assert_eq!(
        parse(&json!({"infcode": 0, "output": [1]})),
        Err(ResponseError::Output)
    );
    assert_eq!(
        parse(&json!({"infcode": 0, "err_msg": {}})),
        Err(ResponseError::NotText("err_msg"))
    );
    assert_eq!(parse(&json!([])), Err(ResponseError::NotAnObject));
    let twice = br#"{"infcode":-1,"infcode":0}"#;
    assert!(matches!(
        TransactionResponse::parse(twice),
        Err(ResponseError::Json(_))
    ));
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = TransactionResponse::parse(&bytes);
    }

    /// Whatever an answer says, it is JSON and reads the same again.
    #[test]
    fn round_trip(message in "\\PC{0,220}", code in "\\PC{1,6}", sealed in "\\PC{1,20}") {
        let mut answer = TransactionResponse::failure(&stamp(), &message).unwrap();
        answer.output = Some(Input::Sealed(sealed));
        let read = parse(&json!({"infcode": code})).unwrap();
        answer.infcode = read.infcode;
        for form in [InfCodeForm::Number, InfCodeForm::Text] {
            let again = TransactionResponse::parse(answer.to_json(form).as_bytes()).unwrap();
            prop_assert_eq!(&again, &answer);
        }
    }
}
