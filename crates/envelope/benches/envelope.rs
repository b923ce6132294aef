//! What one message costs, on one thread: SM2, SM3 and SM4 alone, the
//! canonical text, whole messages of the size of a settlement list, and a
//! whole exchange as the platform sees it.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use std::hint::black_box;

use chs_envelope::{
    canonical::{Document, Scalars},
    sealed::{
        AppCredentials, DataDigest, EncType, Envelope, Head, Outcome, Timestamp, open, seal_answer,
        seal_request,
    },
    sm::{Signer, Sm2PrivateKey, Sm4Key, ToSign, ToVerify, sm3, verify_many},
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use serde_json::{Value, json};

/// Made-up data of a settlement list's shape, 8 KiB of JSON give or take.
fn list() -> Value {
    list_of(46)
}

/// The same with some other number of rows; 26 make 4 KiB.
fn list_of(rows: usize) -> Value {
    let row = |n: usize| {
        json!({
            "diag_code": format!("I25.1{n:02}"), "diag_name": "冠状动脉粥样硬化性心脏病",
            "diag_type": "1", "adm_cond_type": "1", "maindiag_flag": "0", "amt": 1234.50, "cnt": n,
        })
    };
    let rows: Vec<Value> = (0..rows).map(row).collect();
    json!({
        "setlinfo": {"psn_name": "测试", "gend": "1", "age": 61, "brdy": "1965-01-01"},
        "diseinfo": rows,
    })
}

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(1)
}

fn primitives(c: &mut Criterion) {
    let key = Sm2PrivateKey::from_bytes(&[7; 32]).unwrap();
    let sm4 = Sm4Key::from_bytes(&[7; 16]).unwrap();
    let (mut rng, message) = (rng(), vec![0x42; 8192]);
    let signature = key.sign(&[&message], &mut rng).unwrap();
    let mut group = c.benchmark_group("sm");
    group.bench_function("sm2 sign, 64 bytes", |b| {
        b.iter(|| key.sign(&[black_box(&[0x42; 64])], &mut rng).unwrap());
    });
    for count in [1, 8, 64] {
        let digests: Vec<ToSign> = (0..count)
            .map(|_| ToSign::new([0x42; 32], &mut rng).unwrap())
            .collect();
        group.throughput(Throughput::Elements(count));
        group.bench_function(format!("sm2 sign, {count} digests together"), |b| {
            b.iter(|| key.sign_many(black_box(&digests)));
        });
    }
    group.throughput(Throughput::Elements(1));
    group.bench_function("sm2 verify, 8 KiB", |b| {
        b.iter(|| {
            key.public_key()
                .verify(&[black_box(&message)], &signature)
                .unwrap()
        });
    });
    group.bench_function("sm2 verify a digest", |b| {
        let e = key.public_key().digest(&[&message]);
        b.iter(|| {
            key.public_key()
                .verify_digest(black_box(&e), &signature)
                .unwrap()
        });
    });
    for count in [8, 16, 64] {
        let made: Vec<_> = (0..count)
            .map(|n| {
                let e = [n; 32];
                (e, key.sign_digest(&e, &mut rng).unwrap())
            })
            .collect();
        let all: Vec<_> = made
            .iter()
            .map(|(e, signature)| ToVerify {
                key: key.public_key(),
                e,
                signature,
            })
            .collect();
        group.bench_function(format!("sm2 verify {count} digests together"), |b| {
            b.iter(|| verify_many(black_box(&all)));
        });
    }
    // As many keys in turn as never get a table.
    let strangers: Vec<_> = (0..2_000)
        .map(|_| {
            let key = Sm2PrivateKey::generate(&mut rng).unwrap();
            let signature = key.sign_digest(&[9; 32], &mut rng).unwrap();
            (key.public_key().clone(), signature)
        })
        .collect();
    let mut turn = strangers.iter().cycle();
    group.bench_function("sm2 verify a digest, key without a table", |b| {
        b.iter(|| {
            let (public, signature) = turn.next().unwrap();
            public
                .verify_digest(black_box(&[9; 32]), signature)
                .unwrap();
        });
    });
    group.throughput(Throughput::Bytes(8192));
    group.bench_function("sm3, 8 KiB", |b| b.iter(|| sm3(&[black_box(&message)])));
    group.bench_function("sm4-ecb encrypt, 8 KiB", |b| {
        b.iter(|| sm4.ecb_encrypt(black_box(&message)));
    });
    group.bench_function("sm4-ecb encrypt, 200 bytes", |b| {
        b.iter(|| sm4.ecb_encrypt(black_box(&[0x42; 200])));
    });
    let sealed = sm4.ecb_encrypt(&message);
    group.bench_function("sm4-ecb decrypt, 8 KiB", |b| {
        b.iter(|| sm4.ecb_decrypt(black_box(&sealed).clone()).unwrap());
    });
    group.bench_function("sm4-gcm seal, 8 KiB", |b| {
        b.iter(|| sm4.gcm_seal(b"aad", black_box(&message), &mut rng).unwrap());
    });
    let sealed = sm4.gcm_seal(b"aad", &message, &mut rng).unwrap();
    group.bench_function("sm4-gcm open, 8 KiB", |b| {
        b.iter(|| sm4.gcm_open(b"aad", black_box(&sealed)).unwrap());
    });
}

fn canonical(c: &mut Criterion) {
    let value = list();
    let text = value.to_string();
    let sorted = Document::from_value(&value).canonical(Scalars::Native);
    let mut group = c.benchmark_group("canonical");
    group.throughput(Throughput::Bytes(text.len().try_into().unwrap()));
    for (name, text) in [("as sent", &text), ("already sorted", &sorted)] {
        group.bench_function(format!("read and write, {name}"), |b| {
            b.iter(|| {
                let document = Document::parse(black_box(text).as_bytes()).unwrap();
                document.canonical(Scalars::Native)
            });
        });
    }
    let key = Sm2PrivateKey::from_bytes(&[7; 32]).unwrap();
    group.bench_function("read, write, digest, to value", |b| {
        b.iter(|| {
            let document = Document::parse(black_box(&text).as_bytes()).unwrap();
            let canonical = document.canonical(Scalars::Native);
            let digest = DataDigest::new(key.public_key(), "TEST-HOSPITAL-A-0001", &canonical);
            (digest, document.into_value())
        });
    });
    group.bench_function("serde_json read, for comparison", |b| {
        b.iter(|| serde_json::from_str::<Value>(black_box(&text)).unwrap());
    });
}

fn messages(c: &mut Criterion) {
    let (mut rng, data) = (rng(), list());
    let key = Sm2PrivateKey::from_bytes(&[7; 32]).unwrap();
    let credentials = AppCredentials::new("TEST-HOSPITAL-A-0001", "a-secret-of-this-bench")
        .unwrap()
        .with_gcm_key(Sm4Key::from_bytes(&[7; 16]).unwrap());
    let mut group = c.benchmark_group("message");
    for enc_type in [EncType::Sm4, EncType::Sm4Gcm] {
        let name = enc_type.as_str();
        let time = Timestamp::from_millis(1_795_305_600_000).unwrap();
        let head = Head::new(&credentials, enc_type, time, "0123456789abcdef", "R-1").unwrap();
        group.bench_function(format!("seal and write, {name}"), |b| {
            b.iter(|| {
                let envelope =
                    seal_request(head.clone(), black_box(&data), &credentials, &key, &mut rng);
                envelope.unwrap().to_json()
            });
        });
        let envelope = seal_request(head, &data, &credentials, &key, &mut rng).unwrap();
        let text = envelope.to_json();
        let mut refused: Value = serde_json::from_str(&text).unwrap();
        refused["signData"] = json!(key.sign(&[b"other"], &mut rng).unwrap().to_base64());
        let unsigned = refused.to_string();
        refused["encData"] = json!("00".repeat(envelope.enc_data().len() / 2));
        let unreadable = refused.to_string();
        group.bench_function(format!("parse, {name}"), |b| {
            b.iter(|| Envelope::parse(black_box(&text).as_bytes()).unwrap());
        });
        for (what, text) in [
            ("taken", &text),
            ("wrong signature", &unsigned),
            ("wrong data", &unreadable),
        ] {
            group.bench_function(format!("parse and open, {name}, {what}"), |b| {
                b.iter(|| {
                    let envelope = Envelope::parse(black_box(text).as_bytes()).unwrap();
                    open(&envelope, &credentials, key.public_key())
                });
            });
        }
    }
}

/// What the platform does with an upload of 10 KiB before it looks at what it holds.
fn upload(c: &mut Criterion) {
    let (mut rng, data) = (rng(), list_of(66));
    let key = Sm2PrivateKey::from_bytes(&[7; 32]).unwrap();
    let credentials = AppCredentials::new("TEST-HOSPITAL-A-0001", "a-secret-of-this-bench");
    let credentials = credentials.unwrap();
    let size = data.to_string().len();
    assert!((10_000..10_500).contains(&size), "{size}");
    let time = Timestamp::from_millis(1_795_305_600_000).unwrap();
    let head = Head::new(&credentials, EncType::Sm4, time, "0123456789abcdef", "R-1").unwrap();
    let message = seal_request(head, &data, &credentials, &key, &mut rng).unwrap();
    let message = message.to_json();
    c.bench_function("upload/open a sealed 10 KiB upload", |b| {
        b.iter(|| {
            let envelope = Envelope::parse(black_box(&message).as_bytes()).unwrap();
            open(&envelope, &credentials, key.public_key()).unwrap()
        });
    });
}

/// 4 KiB in and 4 KiB out: read, open and verify; then seal, sign and write.
fn exchange(c: &mut Criterion) {
    let (mut rng, data) = (rng(), list_of(26));
    let caller = Sm2PrivateKey::from_bytes(&[7; 32]).unwrap();
    let platform = Sm2PrivateKey::from_bytes(&[9; 32]).unwrap();
    let credentials = AppCredentials::new("TEST-HOSPITAL-A-0001", "a-secret-of-this-bench")
        .unwrap()
        .with_gcm_key(Sm4Key::from_bytes(&[7; 16]).unwrap());
    let size = data.to_string().len();
    assert!((4_000..4_200).contains(&size), "{size}");
    let mut group = c.benchmark_group("exchange");
    group.throughput(Throughput::Elements(1));
    for enc_type in [EncType::Sm4, EncType::Sm4Gcm] {
        let time = Timestamp::from_millis(1_795_305_600_000).unwrap();
        let head = Head::new(
            &credentials,
            enc_type,
            time.clone(),
            "0123456789abcdef",
            "R-1",
        );
        let request = seal_request(head.unwrap(), &data, &credentials, &caller, &mut rng);
        let request = request.unwrap().to_json();
        group.bench_function(format!("4 KiB in and out, {}", enc_type.as_str()), |b| {
            b.iter(|| {
                let received = Envelope::parse(black_box(&request).as_bytes()).unwrap();
                let opened = open(&received, &credentials, caller.public_key()).unwrap();
                let outcome = Outcome::new("0", "成功", true).unwrap();
                seal_answer(
                    received.head(),
                    time.clone(),
                    outcome,
                    &opened.data,
                    &credentials,
                    &platform,
                    &mut rng,
                )
                .unwrap()
                .to_json()
            });
        });
    }
}

criterion_group!(benches, primitives, canonical, messages, upload, exchange);
criterion_main!(benches);
