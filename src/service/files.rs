//! Files that hospitals exchange with the gateway (`files.upload`, `files.download`;
//! transactions 9101 and 9102): kept sealed, for the institution alone, until they expire.

use std::{io, sync::Arc};

use actix_web::web;
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use chs_envelope::sm::sm3;
use serde_json::Value;

use crate::{
    error::{ErrorCode, Refusal},
    exchange::archive::{self, ArchiveError},
    keys::SealedAs,
    operations::{
        files_download::{DownloadAnswer, DownloadRequest},
        files_upload::{UploadAnswer, UploadRequest},
    },
    service::{
        exactly_once::{Done, exactly_once},
        reconciliation::refused,
        scope,
        settlement_ids::{self, Named},
    },
    session::Session,
    store::{
        Tx, TxError,
        exchange_files::{self, File},
    },
    wire::china_time,
};

/// A file ready to be kept.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    pub(super) file_qury_no: String,
    pub(super) filename: String,
    pub(super) expires_at: DateTime<Utc>,
    origin: &'static str,
    byte_count: i64,
    sm3: String,
    sealed: Vec<u8>,
}

impl Packed {
    /// dld_endtime.
    pub(super) fn dld_endtime(&self) -> String {
        china_time(self.expires_at)
    }
}

/// Runs pure work of some length beside the HTTP worker.
pub(super) async fn beside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    web::block(work).await.map_err(Refusal::internal)?
}

/// The institution of a hospital's call.
pub(super) fn own(session: &Session) -> Result<&str, Refusal> {
    scope::institution(&session.caller, None)?
        .ok_or_else(|| Refusal::internal("a hospital caller without fixmedins_code"))
}

/// Seals a file for its institution; `part` tells the files of one call apart.
pub(super) async fn pack(
    session: &Session,
    institution: &str,
    (origin, part): (&'static str, &str),
    filename: String,
    bytes: web::Bytes,
) -> Result<Packed, Refusal> {
    let (app, institution) = (Arc::clone(&session.app), institution.to_owned());
    let ids = [
        session.caller.app_id.as_str(),
        session.meta.request_id.as_str(),
        part,
    ];
    let file_qury_no = settlement_ids::of(Named::File, &ids);
    let keep = TimeDelta::days(i64::from(app.config.files.keep_days));
    let expires_at = session.meta.received_at + keep;
    beside(move || {
        let place = SealedAs::File(&institution, &file_qury_no);
        let sealed = app.keys.master.seal(place, &bytes);
        Ok(Packed {
            origin,
            byte_count: i64::try_from(bytes.len()).map_err(Refusal::internal)?,
            sm3: sm3(&[&bytes]).to_hex(),
            sealed: sealed.map_err(Refusal::internal)?,
            file_qury_no,
            filename,
            expires_at,
        })
    })
    .await
}

/// Keeps files of an institution, unless they are more than it may have.
pub(super) async fn keep(
    tx: &Tx<'_>,
    session: &Session,
    institution: &str,
    files: &[Packed],
) -> Result<(), TxError> {
    let held = exchange_files::held_bytes(tx, institution).await?;
    let more: i64 = files.iter().map(|file| file.byte_count).sum();
    let most = session.app.config.files.institution_bytes;
    if u64::try_from(held.saturating_add(more)).unwrap_or(u64::MAX) > most {
        return Err(Refusal::new(ErrorCode::FilesFull).into());
    }
    for file in files {
        let row = File {
            fixmedins_code: institution,
            file_qury_no: &file.file_qury_no,
            origin: file.origin,
            filename: &file.filename,
            byte_count: file.byte_count,
            sm3: &file.sm3,
            body: &file.sealed,
            received_at: session.meta.received_at,
            expires_at: file.expires_at,
        };
        exchange_files::put(tx, &row).await?;
    }
    Ok(())
}

/// An institution's file, opened.
pub(super) async fn opened(
    session: &Session,
    institution: &str,
    file_qury_no: &str,
) -> Result<web::Bytes, Refusal> {
    let now = session.meta.received_at;
    let sealed = session
        .worker
        .store
        .run_tx("files.body", async |tx: &Tx<'_>| {
            exchange_files::body(tx, institution, file_qury_no, now).await
        })
        .await?
        .ok_or_else(|| refused(ErrorCode::FileUnknown, "/file_qury_no"))?;
    let app = Arc::clone(&session.app);
    let (institution, number) = (institution.to_owned(), file_qury_no.to_owned());
    beside(move || {
        let place = SealedAs::File(&institution, &number);
        let file = app.keys.master.open(place, &sealed);
        let file = file.ok_or_else(|| Refusal::internal("a kept file cannot be opened"))?;
        Ok(web::Bytes::from(file))
    })
    .await
}

/// Why an archive is refused, at the field that led to it.
pub(super) fn bad_archive(error: &ArchiveError, pointer: &str) -> Refusal {
    let told = error.to_string();
    let (zh, en) = told.split_once(" / ").unwrap_or((&told, &told));
    Refusal::field(ErrorCode::FileForm, pointer, zh, en)
}

/// Takes the file of the call.
///
/// # Errors
/// Another institution's, one that is too large or no archive of one text, and those of
/// [`exactly_once`].
pub async fn upload(session: &Session, request: &UploadRequest) -> Result<Value, Refusal> {
    let asked = Some(request.fixmedins_code.as_str());
    scope::institution(&session.caller, asked)?;
    let institution = own(session)?;
    let packed = taken(session, request, institution).await;
    exactly_once(session, async |tx: &Tx<'_>| {
        let packed = packed.as_ref().map_err(Clone::clone)?;
        keep(tx, session, institution, std::slice::from_ref(packed)).await?;
        Ok(Done {
            answer: UploadAnswer {
                file_qury_no: packed.file_qury_no.clone(),
                filename: packed.filename.clone(),
                fixmedins_code: institution.to_owned(),
                dld_endtime: packed.dld_endtime(),
            },
            subject: packed.file_qury_no.clone(),
        })
    })
    .await
}

async fn taken(
    session: &Session,
    request: &UploadRequest,
    institution: &str,
) -> Result<Packed, Refusal> {
    let limits = &session.app.config.files;
    if request.file.len() > limits.file_bytes {
        return Err(refused(ErrorCode::FileTooLarge, "/in"));
    }
    if !archive::is_plain(&request.filename) {
        return Err(bad_archive(&ArchiveError::Path, "/filename"));
    }
    let (file, most) = (request.file.clone(), limits.inflated_bytes);
    beside(move || {
        archive::read(&file, most, |text| io::copy(text, &mut io::sink()))
            .map_err(|error| bad_archive(&error, "/in"))
    })
    .await?;
    let (name, file) = (request.filename.clone(), request.file.clone());
    pack(session, institution, ("HOSPITAL", ""), name, file).await
}

/// Gives the file of the call. What is kept for a repeat is only which file it was.
///
/// # Errors
/// Another institution's, one that is not there, and those of [`exactly_once`].
pub async fn download(session: &Session, request: &DownloadRequest) -> Result<Value, Refusal> {
    let asked = Some(request.fixmedins_code.as_str());
    scope::institution(&session.caller, asked)?;
    let institution = own(session)?;
    let number = request.file_qury_no.as_str();
    let mut answer = exactly_once(session, async |tx: &Tx<'_>| {
        let now = session.meta.received_at;
        let head = exchange_files::head(tx, institution, number, now)
            .await?
            .ok_or_else(|| refused(ErrorCode::FileUnknown, "/file_qury_no"))?;
        Ok(Done {
            answer: DownloadAnswer {
                file_qury_no: number.to_owned(),
                filename: head.filename,
                byte_count: head.byte_count,
                sm3: head.sm3,
                dld_endtime: china_time(head.expires_at),
                content: None,
            },
            subject: number.to_owned(),
        })
    })
    .await?;
    let file = opened(session, institution, number).await?;
    if let Some(members) = answer.as_object_mut() {
        members.insert("in".to_owned(), STANDARD.encode(&file).into());
    }
    Ok(answer)
}
