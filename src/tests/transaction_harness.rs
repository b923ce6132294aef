//! A caller at the transaction door.

use chs_envelope::transaction::{Input, TransactionResponse};
use chs_gateway::{
    commands::call::transaction::{Family, PATH, TransactionClient},
    store::callers::Change,
};
use serde_json::Value;

use crate::harness::{Gateway, now};

/// A caller of a gateway with the headers that it sends.
pub(crate) struct Sender<'a> {
    pub(crate) gateway: &'a Gateway,
    pub(crate) client: TransactionClient,
    pub(crate) family: Family,
    pub(crate) sign_no: String,
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// `0`, the code of the error table that `err_msg` begins with, or that of a problem.
    pub(crate) code: String,
    pub(crate) err_msg: String,
    pub(crate) warn_msg: String,
    pub(crate) output: Value,
    /// The body as it came.
    pub(crate) body: Value,
}

/// A message with its headers, ready to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl<'a> Sender<'a> {
    pub(crate) fn new(gateway: &'a Gateway, name: &str, family: Family) -> Sender<'a> {
        Sender {
            gateway,
            client: TransactionClient::new(&gateway.caller(name)).unwrap(),
            family,
            sign_no: String::new(),
        }
    }

    /// Calls with a fresh message id.
    pub(crate) async fn call(&self, infno: &str, input: &Value) -> Reply {
        let msgid = self.client.msgid(now()).unwrap();
        self.call_as(infno, input, &msgid).await
    }

    pub(crate) async fn call_as(&self, infno: &str, input: &Value, msgid: &str) -> Reply {
        self.send(PATH, &self.message(infno, input, msgid)).await
    }

    pub(crate) fn message(&self, infno: &str, input: &Value, msgid: &str) -> Message {
        let (client, now) = (&self.client, now());
        let input = input.to_string();
        Message {
            headers: client.headers(self.family, infno, now).unwrap(),
            body: client
                .message(infno, msgid, &self.sign_no, &input, now)
                .unwrap(),
        }
    }

    /// The same message with other text in its body.
    pub(crate) fn changed(&self, infno: &str, change: impl FnOnce(&mut Value)) -> Message {
        let msgid = self.client.msgid(now()).unwrap();
        let mut message = self.message(infno, &serde_json::json!({}), &msgid);
        let mut body = serde_json::from_str(&message.body).unwrap();
        change(&mut body);
        message.body = body.to_string();
        message
    }

    pub(crate) async fn send(&self, path: &str, message: &Message) -> Reply {
        self.send_as("application/json", path, message).await
    }

    pub(crate) async fn send_as(&self, content: &str, path: &str, message: &Message) -> Reply {
        let mut request = self
            .gateway
            .http
            .post(format!("{}{path}", self.gateway.url))
            .header("content-type", content);
        for (name, value) in &message.headers {
            request = request.header(*name, value);
        }
        let response = request.body(message.body.clone()).send().await.unwrap();
        let status = response.status().as_u16();
        let bytes = response.bytes().await.unwrap();
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_else(|_| {
            panic!("{status}: {}", String::from_utf8_lossy(&bytes));
        });
        if body.get("infcode").is_none() {
            let code = body["code"].as_str().unwrap_or_default().to_owned();
            return Reply {
                status,
                code,
                err_msg: String::new(),
                warn_msg: String::new(),
                output: Value::Null,
                body,
            };
        }
        let answer = self.client.open(&bytes).unwrap();
        formed(&answer);
        let code = if answer.infcode.is_success() {
            "0".to_owned()
        } else {
            assert_eq!(answer.infcode.as_str(), "-1");
            answer.err_msg.chars().take(9).collect()
        };
        let output = match &answer.output {
            Some(Input::Plain(text)) => serde_json::from_str(text).unwrap(),
            other => {
                assert!(other.is_none(), "output left sealed");
                Value::Null
            }
        };
        Reply {
            status,
            code,
            err_msg: answer.err_msg,
            warn_msg: answer.warn_msg,
            output,
            body,
        }
    }
}

/// Ids and times that every answer carries.
fn formed(answer: &TransactionResponse) {
    assert_eq!(answer.inf_refmsgid.len(), 30);
    assert!(answer.inf_refmsgid.starts_with("610400"));
    for time in [&answer.refmsg_time, &answer.respond_time] {
        assert_eq!(time.len(), 17, "{time}");
    }
    assert!(answer.refmsg_time <= answer.respond_time);
    assert!(answer.err_msg.chars().count() <= 200);
}

/// Changes the settings of a development caller and waits until they hold.
pub(crate) async fn agree(gateway: &Gateway, name: &str, settings: &Value) {
    let app_id = gateway.caller(name).app_id;
    let change = Change {
        transaction_door: Some(settings.to_string()),
        ..Change::default()
    };
    let (store, at) = (&gateway.app.store, chrono::Utc::now());
    chs_gateway::service::callers::change(store, &app_id, &change, at)
        .await
        .unwrap();
    let wanted = chs_gateway::caller::transaction_settings::TransactionSettings::read(Some(
        &settings.to_string(),
    ))
    .unwrap();
    for _ in 0..300 {
        let register = gateway.app.register.current();
        if register.find(&app_id).unwrap().transaction == wanted {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the settings never came into force");
}

/// An input around the node `data`.
pub(crate) fn data(node: Value) -> Value {
    serde_json::json!({"data": node})
}
