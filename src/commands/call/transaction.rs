//! A client of the transaction door: `call --door transaction`, and the tests.

use std::process::ExitCode;

use chs_envelope::{
    sm::{Sm2PrivateKey, Sm2PublicKey, Sm4Key},
    transaction::{
        Coding, CsbHeaders, GatewaySecret, InfTime, Input, InputSecurity, MsgId, Need, TifHeaders,
        TransactionRequest, TransactionResponse,
    },
};
use rand::rngs::SysRng;

use super::{Args, post, read, unique};
use crate::{
    caller_file::CallerFile,
    commands::{Outcome, UNREACHABLE, runtime},
    serial::serial,
};

/// Path of the transaction door.
pub const PATH: &str = "/fsi/api/rsfComIfsService/callService";

/// What is chosen on the command line for this door only.
#[derive(Debug, clap::Args)]
pub(super) struct Choices {
    /// 交易报文入口的请求头 / headers at the transaction door
    #[arg(long, value_enum, default_value_t = Family::Csb)]
    headers: Family,
    /// 对 input 签名（cainfo）/ sign input at the transaction door
    #[arg(long)]
    sign_input: bool,
    /// 以 SM4 加密 input / encrypt input at the transaction door
    #[arg(long)]
    encrypt_input: bool,
}

/// Gateway headers that a client sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Family {
    /// `_api_…`
    Csb,
    /// `x-tif-…`
    Tif,
}

/// A client of one caller.
#[derive(Debug)]
pub struct TransactionClient {
    gateway_id: String,
    secret: GatewaySecret,
    institution: (String, String),
    admdvs: String,
    private_key: Sm2PrivateKey,
    platform_key: Sm2PublicKey,
    /// How input is protected and output opened.
    pub security: InputSecurity,
}

impl TransactionClient {
    /// The client that a caller file describes, with plain input.
    ///
    /// # Errors
    /// A caller file without a key to this door, or with a malformed one.
    pub fn new(caller: &CallerFile) -> Result<TransactionClient, String> {
        let bad = |member: &str| format!("调用方文件的 {member} 不正确 / {member} is malformed");
        let secret = caller.gateway_secret.as_deref().unwrap_or_default();
        let institution = caller.fixmedins_code.clone().unwrap_or_else(|| {
            // Whoever is no institution puts its own code there; twelve characters of it.
            caller.app_id.chars().take(12).collect()
        });
        Ok(TransactionClient {
            gateway_id: caller.gateway_id.as_ref().unwrap_or(&caller.app_id).clone(),
            secret: GatewaySecret::new(secret).map_err(|_| bad("gateway_secret"))?,
            institution: (
                institution,
                caller
                    .fixmedins_name
                    .clone()
                    .unwrap_or_else(|| caller.role.clone()),
            ),
            admdvs: caller.admdvs.clone(),
            private_key: Sm2PrivateKey::from_text(&caller.private_key)
                .map_err(|_| bad("private_key"))?,
            platform_key: Sm2PublicKey::from_text(&caller.platform_public_key)
                .map_err(|_| bad("platform_public_key"))?,
            security: InputSecurity::none(),
        })
    }

    /// A fresh message id in the published layout.
    ///
    /// # Errors
    /// An institution whose code does not have 12 letters and digits.
    pub fn msgid(&self, now_millis: i64) -> Result<String, String> {
        let serial = u16::try_from(serial() % 10_000).unwrap_or_default();
        MsgId::new(&self.institution.0, now_millis, serial)
            .map(|id| id.to_text())
            .map_err(|error| error.to_string())
    }

    /// A message around `input` (JSON text of an object).
    ///
    /// # Errors
    /// Input that is no JSON object, ids of the wrong form, or a failing random source.
    pub fn message(
        &self,
        infno: &str,
        msgid: &str,
        sign_no: &str,
        input: &str,
        now_millis: i64,
    ) -> Result<String, String> {
        let sealed = self
            .security
            .seal(input, &self.private_key, &mut SysRng)
            .map_err(|error| error.to_string())?;
        let time = InfTime::from_millis(now_millis).ok_or("inf_time")?;
        let members = [
            ("infno", infno),
            ("msgid", msgid),
            ("mdtrtarea_admvs", &self.admdvs),
            ("insuplc_admdvs", &self.admdvs),
            ("recer_sys_code", "YBXT"),
            ("cainfo", &sealed.cainfo),
            ("signtype", sealed.signtype),
            ("infver", "V1.0"),
            ("opter_type", "1"),
            ("opter", "001"),
            ("opter_name", "chs-gateway call"),
            ("inf_time", time.as_str()),
            ("fixmedins_code", &self.institution.0),
            ("fixmedins_name", &self.institution.1),
            ("sign_no", sign_no),
            ("enc_type", sealed.enc_type),
        ];
        let (request, _) =
            TransactionRequest::build(&members, sealed.body).map_err(|error| error.to_string())?;
        Ok(request.to_json())
    }

    /// Gateway headers for a message of this moment.
    ///
    /// # Errors
    /// A value that cannot stand in a header.
    pub fn headers(
        &self,
        family: Family,
        infno: &str,
        now_millis: i64,
    ) -> Result<Vec<(&'static str, String)>, String> {
        let owned = |pairs: &[(&'static str, &str)]| {
            let pairs = pairs
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned()));
            pairs.collect()
        };
        match family {
            Family::Csb => {
                let time = now_millis.to_string();
                CsbHeaders::sign(infno, "1.0.0", &time, &self.gateway_id, &self.secret, &[])
                    .map(|headers| owned(&headers.pairs()))
                    .map_err(|error| error.to_string())
            }
            Family::Tif => {
                let seconds = now_millis / 1_000;
                TifHeaders::sign(&self.gateway_id, seconds, &unique(), &self.secret)
                    .map(|headers| owned(&headers.pairs()))
                    .map_err(|error| error.to_string())
            }
        }
    }

    /// Reads an answer; its output opened, verified where that is agreed, and plain again.
    ///
    /// # Errors
    /// A refusal at the headers; output that does not open or verify.
    pub fn open(&self, body: &[u8]) -> Result<TransactionResponse, String> {
        let mut answer = TransactionResponse::parse(body).map_err(|error| error.to_string())?;
        if !answer.infcode.is_success() {
            return Ok(answer);
        }
        if let Some(output) = &answer.output {
            let opened = self
                .security
                .open(output, &answer.cainfo, &self.platform_key)
                .map_err(|error| error.to_string())?;
            answer.output = Some(Input::Plain(opened.text));
        }
        Ok(answer)
    }
}

/// Calls and prints the answer.
///
/// # Errors
/// Unusable arguments or files, an answer that does not verify.
pub(super) fn run(args: &Args) -> Outcome {
    let (caller, input) = read(args)?;
    let mut client = TransactionClient::new(&caller)?;
    let choices = &args.transaction;
    client.security = security(choices, &caller)?;
    let now = chrono::Utc::now().timestamp_millis();
    let msgid = match &args.request_id {
        Some(msgid) => msgid.clone(),
        None => client.msgid(now)?,
    };
    let infno = &args.operation;
    let message = client.message(infno, &msgid, "", &input, now)?;
    let headers = client.headers(choices.headers, infno, now)?;
    let base = args.url.as_deref().unwrap_or(&caller.url);
    let url = format!("{}{PATH}", base.trim_end_matches('/'));
    if args.explain {
        for (name, value) in &headers {
            eprintln!("{name}: {value}");
        }
        eprintln!("{message}");
    }
    let (_, body) = match runtime().block_on(post(&url, &headers, message)) {
        Ok(answer) => answer,
        Err(error) => {
            eprintln!("网关不可达 / the gateway cannot be reached: {url}: {error}");
            return Ok(ExitCode::from(UNREACHABLE));
        }
    };
    let answer = client.open(&body)?;
    println!("{}", answer.to_json(Default::default()));
    Ok(if answer.infcode.is_success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn security(choices: &Choices, caller: &CallerFile) -> Result<InputSecurity, String> {
    let key = caller
        .input_key
        .as_deref()
        .filter(|_| choices.encrypt_input);
    let malformed = |_| "调用方文件的 input_key 不正确 / input_key is malformed".to_owned();
    if choices.encrypt_input && key.is_none() {
        return Err("调用方文件没有 input_key / the caller file has no input_key".to_owned());
    }
    Ok(InputSecurity {
        signature: if choices.sign_input {
            Need::Required
        } else {
            Need::Off
        },
        key: key.map(Sm4Key::from_hex).transpose().map_err(malformed)?,
        coding: Coding::default(),
    })
}
