//! Rounds of negotiation over real HTTP: proposed, answered, revised, closed, and nothing
//! said is lost.

use chs_gateway::service::negotiation;
use serde_json::{Value, json};

use crate::{
    harness::{Answer, Gateway},
    month::{A, B},
};

const YEAR: &str = "2027";

fn digest(of: &str) -> String {
    of.repeat(64)
}

async fn open(gateway: &Gateway, institutions: &[&str]) -> Answer {
    let data = json!({"year": YEAR, "subject": "2027 年病组权重调整", "digest": digest("a"),
        "reference": "咸医保函〔2026〕1号", "institutions": institutions, "opter_id": "zhang"});
    gateway.call("city", "/negotiation/open", &data).await
}

async fn step(gateway: &Gateway, name: &str, action: &str, more: Value) -> Answer {
    let mut data = json!({"year": YEAR, "number": 1, "action": action, "opter_id": "li"});
    for (key, value) in more.as_object().unwrap() {
        data[key] = value.clone();
    }
    gateway.call(name, "/negotiation/step", &data).await
}

async fn taken(gateway: &Gateway, name: &str, action: &str, more: Value) -> Value {
    let answer = step(gateway, name, action, more).await;
    assert_eq!(answer.code, "0", "{action}: {}", answer.data);
    answer.data
}

async fn query(gateway: &Gateway, name: &str, more: Value) -> Answer {
    let mut data = json!({"year": YEAR});
    for (key, value) in more.as_object().unwrap() {
        data[key] = value.clone();
    }
    gateway.call(name, "/negotiation/query", &data).await
}

fn actions(answer: &Answer) -> Vec<&str> {
    let events = answer.data["events"].as_array().unwrap().iter();
    events
        .map(|event| event["action"].as_str().unwrap())
        .collect()
}

fn stands(answer: &Answer) -> Vec<(&str, &str)> {
    let positions = answer.data["positions"].as_array().unwrap().iter();
    positions
        .map(|position| {
            let text = |name: &str| position[name].as_str().unwrap();
            (text("fixmedins_code"), text("state"))
        })
        .collect()
}

async fn faults(gateway: &Gateway) -> Vec<String> {
    let verified = negotiation::verify(&gateway.app.store, YEAR).await.unwrap();
    verified.faults
}

#[actix_web::test]
async fn a_round_is_proposed_answered_revised_and_closed() {
    let gateway = Gateway::start().await;
    assert_eq!(query(&gateway, "city", json!({})).await.code, "CHS-40495");
    let stranger = open(&gateway, &[A, "H99"]).await;
    assert_eq!(
        (stranger.status, stranger.code.as_str()),
        (422, "CHS-42295")
    );
    assert_eq!(stranger.data["errors"][0]["pointer"], "/institutions/1");
    let opened = open(&gateway, &[A, B]).await;
    assert_eq!(opened.code, "0", "{}", opened.data);
    assert_eq!(
        (&opened.data["number"], &opened.data["pending"]),
        (&json!(1), &json!(2))
    );
    let again = open(&gateway, &[A]).await;
    assert_eq!((again.status, again.code.as_str()), (409, "CHS-40995"));

    // What is accepted is the proposal as it stands, and each answer brings its reason.
    let other = step(
        &gateway,
        "hospital-a",
        "accept",
        json!({"digest": digest("b")}),
    )
    .await;
    assert_eq!(other.code, "CHS-40952");
    for (action, more) in [
        ("accept", json!({})),
        ("decline", json!({})),
        ("counter", json!({"reason": "R"})),
    ] {
        let answer = step(&gateway, "hospital-a", action, more).await;
        assert_eq!(answer.code, "CHS-42233", "{action}");
    }
    let accepted = taken(
        &gateway,
        "hospital-a",
        "accept",
        json!({"digest": digest("A")}),
    )
    .await;
    assert_eq!(
        (&accepted["accepted"], &accepted["pending"]),
        (&json!(1), &json!(1))
    );
    let counter = json!({"digest": digest("c"), "reason": "重症病组权重偏低"});
    let countered = taken(&gateway, "hospital-b", "counter", counter).await;
    assert_eq!(
        (&countered["countered"], &countered["version"]),
        (&json!(1), &json!(3))
    );

    // A hospital hears the city and itself, the county its institutions, the city all.
    let own = query(&gateway, "hospital-b", json!({})).await;
    assert_eq!(stands(&own), [(B, "COUNTERED")]);
    assert_eq!(actions(&own), ["open", "counter"]);
    assert!(!own.data.to_string().contains(A));
    let all = query(&gateway, "city", json!({"number": 1})).await;
    assert_eq!(stands(&all), [(A, "ACCEPTED"), (B, "COUNTERED")]);
    assert_eq!(actions(&all), ["open"]);
    let of_a = query(&gateway, "city", json!({"fixmedins_code": A})).await;
    assert_eq!(actions(&of_a), ["open", "accept"]);

    // A revision is answered anew; a hospital may change its mind while the round is open.
    let revision = json!({"digest": digest("d"), "reason": "采纳", "version": 3});
    let revised = taken(&gateway, "city", "revise", revision.clone()).await;
    assert_eq!(
        (&revised["pending"], &revised["digest"]),
        (&json!(2), &json!(digest("d")))
    );
    let late = step(&gateway, "city", "revise", revision).await;
    assert_eq!(late.code, "CHS-40942", "the version has moved on");
    let old = step(
        &gateway,
        "hospital-a",
        "accept",
        json!({"digest": digest("a")}),
    )
    .await;
    assert_eq!(old.code, "CHS-40952");
    taken(&gateway, "hospital-a", "decline", json!({"reason": "R"})).await;
    taken(
        &gateway,
        "hospital-a",
        "accept",
        json!({"digest": digest("d")}),
    )
    .await;
    assert_eq!(
        step(&gateway, "city", "close", json!({})).await.code,
        "CHS-42233"
    );
    let closed = taken(
        &gateway,
        "city",
        "close",
        json!({"reason": "按修改方案执行"}),
    )
    .await;
    assert_eq!(closed["state"], "CLOSED");
    assert_eq!(
        (&closed["accepted"], &closed["pending"]),
        (&json!(1), &json!(1))
    );
    for (name, action) in [("hospital-b", "decline"), ("city", "close")] {
        let answer = step(&gateway, name, action, json!({"reason": "R"})).await;
        assert_eq!(answer.code, "CHS-40995", "{name}");
    }
    assert_eq!(faults(&gateway).await, Vec::<String>::new());
    gateway.stop().await;
}

#[actix_web::test]
async fn a_round_is_for_its_parties_and_its_record_cannot_be_changed() {
    let gateway = Gateway::start().await;
    assert_eq!(open(&gateway, &[A]).await.code, "0");
    // B is no party, and hears nothing.
    for answer in [
        query(&gateway, "hospital-b", json!({})).await,
        step(&gateway, "hospital-b", "decline", json!({"reason": "R"})).await,
    ] {
        assert_eq!((answer.status, answer.code.as_str()), (404, "CHS-40495"));
    }
    let city = step(&gateway, "city", "accept", json!({"digest": digest("a")})).await;
    assert_eq!(city.code, "CHS-40301");
    let foreign = json!({"reason": "R", "fixmedins_code": B});
    let foreign = step(&gateway, "hospital-a", "decline", foreign).await;
    assert_eq!(foreign.code, "CHS-40302");
    taken(&gateway, "hospital-a", "decline", json!({"reason": "R"})).await;
    taken(&gateway, "city", "close", json!({"reason": "撤回"})).await;
    let second = open(&gateway, &[B]).await;
    assert_eq!(second.data["number"], 2, "a closed round makes room");
    assert_eq!(
        query(&gateway, "hospital-b", json!({})).await.data["number"],
        2
    );
    assert_eq!(faults(&gateway).await, Vec::<String>::new());
    for (sql, back, told) in [
        (
            "UPDATE negotiation_events SET reason = 'X' WHERE round = 1 AND number = 2",
            "UPDATE negotiation_events SET reason = 'R' WHERE round = 1 AND number = 2",
            "event 2",
        ),
        (
            "UPDATE negotiation_positions SET state = 'ACCEPTED' WHERE number = 1",
            "UPDATE negotiation_positions SET state = 'DECLINED' WHERE number = 1",
            A,
        ),
        (
            "UPDATE negotiation_rounds SET digest = 'x' WHERE number = 2",
            &format!(
                "UPDATE negotiation_rounds SET digest = '{}' WHERE number = 2",
                digest("a")
            ),
            "event 1",
        ),
        (
            "UPDATE negotiation_rounds SET state = 'OPEN' WHERE number = 1",
            "UPDATE negotiation_rounds SET state = 'CLOSED' WHERE number = 1",
            "event 3",
        ),
    ] {
        gateway.batch(sql).await;
        let found = faults(&gateway).await;
        assert!(
            found.iter().any(|fault| fault.contains(told)),
            "{sql}: {found:?}"
        );
        gateway.batch(back).await;
        assert_eq!(faults(&gateway).await, Vec::<String>::new(), "{back}");
    }
    gateway.stop().await;
}
