//! A stand-in for the provincial platform: a small server on a port of its own that really
//! opens and verifies every message with the sender's public key, keeps what it received,
//! answers repeats with their first answer, and can be made to misbehave. In front of it
//! stands a relay that can be cut.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use actix_web::{App, HttpResponse, HttpServer, web};
use chs_envelope::{
    sealed::{self, AppCredentials, Envelope, Outcome, Timestamp},
    sm::{self, Sm2PrivateKey, Sm2PublicKey},
};
use chs_gateway::caller_file::{CallerFile, write_caller};
use rand::rngs::SysRng;
use serde_json::{Value, json};

use crate::harness::now;

/// How the platform behaves for the next messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Answers.
    Well,
    /// 503 in plain text, nothing done.
    Unavailable,
    /// Carries out, and answers so late that the sender has given up.
    Late,
    /// Carries out, and answers with another one's signature.
    Forged,
    /// A signed refusal that no repeat changes.
    Refuses,
}

/// A message that was opened and verified.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) request_id: String,
    pub(crate) path: String,
    pub(crate) data: Value,
}

/// What a case has come to: sequences by their state.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) reported: Vec<i64>,
    pub(crate) revoked: Vec<i64>,
}

/// What the platform holds.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Carried out, in order, each requestId once.
    pub(crate) received: Vec<Received>,
    /// Repeats of a requestId, answered with the first answer.
    pub(crate) repeats: usize,
    /// Messages whose signature or form failed.
    pub(crate) unverified: usize,
    /// Cases by `institution|setl_id`.
    pub(crate) cases: BTreeMap<String, Case>,
    /// What broke the order of a case: a revocation without its report, a sequence twice.
    pub(crate) violations: Vec<String>,
    /// Cross-region cases by `institution|setl_id`, each taken once.
    pub(crate) away: BTreeMap<String, Value>,
    answers: HashMap<String, (String, Value)>,
    nonces: HashMap<String, String>,
}

struct Shared {
    ledger: Mutex<Ledger>,
    mood: Mutex<Mood>,
    credentials: AppCredentials,
    sender: Sm2PublicKey,
    signing: Sm2PrivateKey,
    stranger: Sm2PrivateKey,
}

/// The running stand-in.
pub(crate) struct Province {
    pub(crate) url: String,
    pub(crate) caller: PathBuf,
    shared: Arc<Shared>,
    cut: Arc<AtomicBool>,
    server: actix_web::dev::ServerHandle,
    _dir: tempfile::TempDir,
}

/// Makes trouble from any thread.
pub(crate) struct Switch {
    shared: Arc<Shared>,
    cut: Arc<AtomicBool>,
}

impl Switch {
    pub(crate) fn cut(&self, cut: bool) {
        self.cut.store(cut, Ordering::SeqCst);
    }

    pub(crate) fn mood(&self, mood: Mood) {
        *self.shared.mood.lock().unwrap() = mood;
    }
}

/// Hex of random bytes.
fn drawn(bytes: usize) -> String {
    let mut text = String::new();
    while text.len() < bytes * 2 {
        text.push_str(&uuid::Uuid::now_v7().simple().to_string()[16..]);
    }
    text.truncate(bytes * 2);
    text
}

impl Province {
    pub(crate) async fn start() -> Province {
        let dir = tempfile::tempdir().unwrap();
        let key = || Sm2PrivateKey::generate(&mut SysRng).unwrap();
        let (own, sender) = (key(), key());
        let (app_id, app_secret) = (drawn(16), drawn(16));
        let caller = CallerFile {
            key_id: "TEST-province-upstream".into(),
            url: String::new(),
            app_secret: app_secret.clone(),
            app_id: app_id.clone(),
            role: "city".into(),
            fixmedins_code: None,
            fixmedins_name: None,
            hosp_lv: None,
            admdvs: "610400".into(),
            enc_type: "SM4".into(),
            gcm_key: None,
            gateway_id: None,
            gateway_secret: None,
            input_key: None,
            private_key: sender.expose_pem().unwrap().to_string(),
            public_key: sender.public_key().to_base64(),
            platform_public_key: own.public_key().to_base64(),
        };
        let file = dir.path().join("upstream.toml");
        write_caller(&file, &caller, "# made for one test\n").unwrap();
        let shared = Arc::new(Shared {
            ledger: Mutex::default(),
            mood: Mutex::new(Mood::Well),
            credentials: AppCredentials::new(&app_id, &app_secret).unwrap(),
            sender: sender.public_key().clone(),
            signing: own,
            stranger: key(),
        });
        let data = web::Data::from(Arc::clone(&shared));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .app_data(web::PayloadConfig::new(16 * 1024 * 1024))
                .default_service(web::to(answer))
        })
        .workers(1)
        .shutdown_timeout(0)
        .disable_signals()
        .bind("127.0.0.1:0")
        .unwrap();
        let behind = server.addrs()[0];
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        let cut = Arc::new(AtomicBool::new(false));
        let url = relay(behind, Arc::clone(&cut)).await;
        Province {
            url,
            caller: file,
            shared,
            cut,
            server: handle,
            _dir: dir,
        }
    }

    /// The caller file that the platform issued.
    pub(crate) fn caller(&self) -> &Path {
        &self.caller
    }

    /// Cuts the line, those of running messages too, or mends it.
    pub(crate) fn cut(&self, cut: bool) {
        self.switch().cut(cut);
    }

    pub(crate) fn mood(&self, mood: Mood) {
        self.switch().mood(mood);
    }

    /// What another thread makes trouble with.
    pub(crate) fn switch(&self) -> Switch {
        Switch {
            shared: Arc::clone(&self.shared),
            cut: Arc::clone(&self.cut),
        }
    }

    /// Looks into what it holds.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Ledger) -> T) -> T {
        look(&self.shared.ledger.lock().unwrap())
    }

    pub(crate) async fn stop(self) {
        self.server.stop(false).await;
    }
}

async fn answer(
    shared: web::Data<Shared>,
    request: actix_web::HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let mood = *shared.mood.lock().unwrap();
    if mood == Mood::Unavailable {
        return HttpResponse::ServiceUnavailable().body("busy");
    }
    let opened = Envelope::parse(&body).ok().and_then(|envelope| {
        let fresh = envelope.head().timestamp().is_fresh(now(), 300);
        let opened = sealed::open(&envelope, &shared.credentials, &shared.sender).ok()?;
        fresh.then_some((envelope, opened))
    });
    let Some((envelope, opened)) = opened else {
        shared.ledger.lock().unwrap().unverified += 1;
        return HttpResponse::Unauthorized().json(json!({"code": "P-401", "retryable": false}));
    };
    let (code, data) = if mood == Mood::Refuses {
        (
            "P-422".to_owned(),
            json!({"retryable": false, "message": "no"}),
        )
    } else {
        let mut ledger = shared.ledger.lock().unwrap();
        ledger.take(request.path(), &envelope, &opened)
    };
    if mood == Mood::Late {
        tokio::time::sleep(Duration::from_millis(2_500)).await;
    }
    let signing = match mood {
        Mood::Forged => &shared.stranger,
        _ => &shared.signing,
    };
    let (success, status) = match code.as_str() {
        "0" => (true, 200),
        "P-409" => (false, 409),
        _ => (false, 422),
    };
    let sealed = sealed::seal_answer(
        envelope.head(),
        Timestamp::from_millis(now()).unwrap(),
        Outcome::new(&code, "stand-in", success).unwrap(),
        &data,
        &shared.credentials,
        signing,
        &mut SysRng,
    )
    .unwrap();
    HttpResponse::build(actix_web::http::StatusCode::from_u16(status).unwrap())
        .content_type("application/json")
        .body(sealed.to_json())
}

impl Ledger {
    /// Carries a message out, once; gives code and data of the answer.
    fn take(
        &mut self,
        path: &str,
        envelope: &Envelope,
        opened: &sealed::Opened,
    ) -> (String, Value) {
        let (id, digest) = (envelope.head().request_id(), opened.digest.to_base64());
        let nonce = envelope.head().nonce().to_owned();
        if self.nonces.insert(nonce, id.to_owned()).is_some() {
            return ("P-409".into(), json!({"retryable": false}));
        }
        if let Some((first, answer)) = self.answers.get(id) {
            if *first != digest {
                self.violations.push(format!("{id} with other data"));
                return ("P-422".into(), json!({"retryable": false}));
            }
            self.repeats += 1;
            return ("0".into(), answer.clone());
        }
        let data = opened.data.clone();
        let answer = match path {
            "/api/v1/groupings/report" => self.report(&data),
            "/api/v1/groupings/revoke" => self.revoke(&data),
            "/api/v1/cross-region/submit" => self.cross_region(&data),
            _ => {
                self.violations.push(format!("unknown path {path}"));
                json!({})
            }
        };
        self.received.push(Received {
            request_id: id.to_owned(),
            path: path.to_owned(),
            data,
        });
        let kept = (digest, answer.clone());
        self.answers.insert(id.to_owned(), kept);
        ("0".into(), answer)
    }

    fn case(&mut self, of: &Value) -> (String, &mut Case, i64) {
        let text = |name: &str| of[name].as_str().unwrap_or_default();
        let key = format!("{}|{}", text("fixmedins_code"), text("setl_id"));
        let case = self.cases.entry(key.clone()).or_default();
        (key, case, of["sequence"].as_i64().unwrap_or_default())
    }

    fn report(&mut self, data: &Value) -> Value {
        let mut items = Vec::new();
        for item in data["items"].as_array().cloned().unwrap_or_default() {
            let (key, case, sequence) = self.case(&item);
            let next = case.reported.len() as i64 + 1;
            let fits = sequence == next && case.revoked.len() == case.reported.len();
            if fits {
                case.reported.push(sequence);
            } else {
                self.violations.push(format!("report {key} {sequence}"));
            }
            let result = if fits { "ACCEPTED" } else { "SEQUENCE_GAP" };
            items.push(json!({"setl_id": item["setl_id"], "result": result}));
        }
        json!({"batch_no": data["batch_no"], "items": items})
    }

    /// Takes cross-region cases; of area 630100 nobody is insured.
    fn cross_region(&mut self, data: &Value) -> Value {
        let mut items = Vec::new();
        for item in data["items"].as_array().cloned().unwrap_or_default() {
            let text = |name: &str| item[name].as_str().unwrap_or_default();
            let key = format!("{}|{}", text("fixmedins_code"), text("setl_id"));
            let result = match data["insu_admdvs"].as_str() {
                Some("630100") => "NOT_INSURED",
                _ => "ACCEPTED",
            };
            let setl_id = item["setl_id"].clone();
            if result == "ACCEPTED" && self.away.insert(key.clone(), item).is_some() {
                self.violations.push(format!("cross-region {key} twice"));
            }
            items.push(json!({"setl_id": setl_id, "result": result}));
        }
        json!({"items": items})
    }

    fn revoke(&mut self, data: &Value) -> Value {
        let (key, case, sequence) = self.case(data);
        let fits = case.reported.last() == Some(&sequence) && !case.revoked.contains(&sequence);
        if fits {
            case.revoked.push(sequence);
        } else {
            self.violations.push(format!("revoke {key} {sequence}"));
        }
        json!({"result": if fits { "REVOKED" } else { "NOT_REPORTED" }})
    }
}

/// A relay in front of `behind`; while it is cut, connections are dropped.
async fn relay(behind: std::net::SocketAddr, cut: Arc<AtomicBool>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    actix_web::rt::spawn(async move {
        while let Ok((mut from, _)) = listener.accept().await {
            let cut = Arc::clone(&cut);
            actix_web::rt::spawn(async move {
                if cut.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(mut to) = tokio::net::TcpStream::connect(behind).await else {
                    return;
                };
                let severed = async {
                    while !cut.load(Ordering::SeqCst) {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                };
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut from, &mut to) => {}
                    () = severed => {}
                }
            });
        }
    });
    url
}

/// The stand-in's own check: a message that another key signed is refused.
#[actix_web::test]
async fn the_stand_in_refuses_what_its_caller_did_not_sign() {
    use chs_gateway::{
        caller_file::read_caller,
        commands::call::{Client, http, unique},
    };
    let province = Province::start().await;
    let mut caller = read_caller(province.caller()).unwrap();
    let data = json!({"setl_id": "S1", "fixmedins_code": "H1", "sequence": 1}).to_string();
    let post = async |caller: &CallerFile| {
        let client = Client::new(caller).unwrap();
        let message = client.seal(&data, "r1", &unique(), now()).unwrap();
        let url = format!("{}/api/v1/groupings/revoke", province.url);
        let sent = http()
            .unwrap()
            .post(url)
            .body(message.to_json())
            .send()
            .await;
        sent.unwrap().status().as_u16()
    };
    assert_eq!(post(&caller).await, 200);
    caller.private_key = sm::encode_base64(&[7; 32]);
    assert_eq!(post(&caller).await, 401);
    assert_eq!(
        province.look(|ledger| (ledger.unverified, ledger.received.len())),
        (1, 1)
    );
    province.stop().await;
}
