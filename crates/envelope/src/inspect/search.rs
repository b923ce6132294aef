//! Trying one making after the other until the signature verifies.

use std::collections::HashSet;

use super::{
    InspectError, Inspection, Misunderstanding as M, decrypt,
    making::Makings,
    misunderstanding::{ALONE, OF_TEXT},
    report::{KeyFacts, Report, SignatureFacts, Verdict},
    signature_form::{Reading, readings},
    subject::{Kind, Subject},
};

pub(super) fn run(inspection: &Inspection<'_>) -> Result<Report, InspectError> {
    let subject = Subject::read(inspection.message)?;
    let key = inspection.keys.first().ok_or(InspectError::NoKey)?;
    let plain = decrypt::plain(inspection, &subject);
    let makings = Makings {
        inspection,
        subject: &subject,
        plain: plain.as_ref().map(|plain| plain.text.as_str()),
    };
    let signature = inspection
        .signature
        .as_deref()
        .or(subject.signature.as_deref());
    let readings = signature.map(readings).unwrap_or_default();
    let sealing = plain
        .as_ref()
        .map(|plain| plain.wrong.clone())
        .unwrap_or_default();
    let (found, tried) = search(&makings, &readings);
    let taken = match &found {
        Some((reading, _)) => Some(reading),
        None => readings.first(),
    };
    let signature_facts = taken.map(|(signature, _)| SignatureFacts::new(signature));
    let verdict = match (&found, signature) {
        (_, None) => Verdict::NoSignature,
        (_, Some(_)) if readings.is_empty() => Verdict::NotASignature,
        (None, _) if plain.is_none() && !subject.gcm => Verdict::NotOpened,
        (None, _) => Verdict::Unexplained,
        (Some((reading, wrong)), _) => {
            let wrong = [sealing.clone(), reading.1.clone(), wrong.clone()].concat();
            if wrong.is_empty() {
                Verdict::Verified
            } else {
                Verdict::Explained(wrong)
            }
        }
    };
    let secret = match &inspection.app_secret {
        Some(secret) if inspection.show_secret => secret.as_str(),
        _ => "***",
    };
    Ok(Report {
        kind: match subject.kind {
            Kind::Request => "request",
            Kind::Answer => "answer",
            Kind::Transaction => "transaction",
        },
        refusal: subject.refusal.clone(),
        secret_given: inspection.app_secret.is_some() || subject.kind == Kind::Transaction,
        canonical: makings.canonical(),
        signed_text: makings.text(&[], secret).map(|text| text.to_string()),
        keys: inspection
            .keys
            .iter()
            .map(|key| KeyFacts::new(key, makings.digest(&[], key)))
            .collect(),
        user_id: key.user_id().to_owned(),
        signature: signature_facts,
        sealing,
        verdict,
        tried,
    })
}

/// The reading and the misunderstandings that make the signature verify, the
/// fewest there are; and how many digests were tried.
fn search(makings: &Makings<'_>, readings: &[Reading]) -> (Option<(Reading, Vec<M>)>, usize) {
    let singles = OF_TEXT.iter().chain(&ALONE).map(|one| vec![*one]);
    let pairs = OF_TEXT.iter().enumerate().flat_map(|(at, one)| {
        OF_TEXT
            .iter()
            .skip(at + 1)
            .map(move |other| vec![*one, *other])
    });
    let makes = std::iter::once(vec![]).chain(singles).chain(pairs);
    let mut seen = HashSet::new();
    let mut best: Option<(Reading, Vec<M>)> = None;
    for wrong in makes {
        for (place, key) in makings.inspection.keys.iter().enumerate() {
            let mut wrong = wrong.clone();
            let Some(e) = makings.digest(&wrong, key) else {
                continue;
            };
            // Another misunderstanding that comes to the same was tried first.
            if !seen.insert((place, e)) {
                continue;
            }
            if place > 0 {
                wrong.push(M::OtherKey);
            }
            for reading in readings {
                let count = wrong.len() + reading.1.len();
                let fewer = best
                    .as_ref()
                    .is_none_or(|(r, w)| count < r.1.len() + w.len());
                if fewer && key.verify_digest(&e, &reading.0).is_ok() {
                    best = Some((reading.clone(), wrong.clone()));
                }
            }
        }
        // What comes later departs in at least as many ways as this.
        if best
            .as_ref()
            .is_some_and(|(r, w)| r.1.len() + w.len() <= wrong.len())
        {
            break;
        }
    }
    (best, seen.len())
}
