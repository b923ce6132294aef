//! `chs-gateway load`: sends pre-signed calls and says what they cost.
//!
//! Messages are made before the clock starts. CPU time and memory are those of the
//! gateway's process, read from /proc, so the sender's own cost does not count there. The rate
//! does feel it on a machine that both share, so the sender spends little: one thread, and
//! nothing done for every request that can be done once.

mod inserts;
mod long_stay;
mod sending;

use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use chs_envelope::sm::{Sm2PrivateKey, Sm4Key};
use chs_grouper::Scheme;
use clap::Parser;
use long_stay::LongStays;
use rand::rngs::SysRng;

use super::{
    Outcome,
    call::{Client, unique},
    database::DatabaseArgs,
};
use crate::{
    caller_file,
    sample::{SampleOptions, generate},
};

/// 压力测试：发送预先签名的请求 / load test with pre-signed calls
///
/// 请求为事前质控、清单上传或上传并提交（--operation）。--inserts 在发送之后测量数据库本身：以
/// 同样条数、同样大小（随机字节）的单行插入，逐行提交，经同样大小的连接池，由 --connections 个
/// 任务写入同一数据库的一张临时建立的表，并给出上传与插入之比。发送方与网关在同一台机器上时，其开销
/// 计入上传一侧。
///
/// 先以 --connections 个连接全速发送，再（给出 --rate 时）按固定速率发送并统计延迟。
///
/// Calls are pre-checks, uploads, or uploads that are submitted (`--operation`). With
/// `--inserts` the database alone is measured after the sending: as many plain rows of as many
/// random bytes, each its own commit, over a pool of the configured size, from `--connections`
/// tasks, into a table of the same database that is made for it and dropped. The ratio is
/// uploads a second to such inserts a second. On one machine the sender's own cost counts
/// against the uploads.
///
/// Sends as fast as `--connections` allow, or with `--rate` at a fixed rate (latency is
/// then counted from the moment a request was due, so that queueing shows).
#[derive(Debug, Parser)]
pub struct Args {
    /// 调用方文件 / caller file
    #[arg(
        long,
        value_name = "FILE",
        default_value = "./var/callers/hospital-a.toml"
    )]
    caller: PathBuf,
    /// 请求数 / number of requests
    #[arg(long, default_value_t = 5_000)]
    requests: usize,
    /// 并发连接数 / connections
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// 每秒请求数（固定速率）/ requests per second
    #[arg(long)]
    rate: Option<f64>,
    /// 网关进程号，用于统计 CPU 与内存 / process id of the gateway, for CPU and memory
    #[arg(long)]
    pid: Option<u32>,
    /// 不同清单的份数（上传时每个请求一份）/ different lists; uploads take one each
    #[arg(long, default_value_t = 200)]
    lists: usize,
    /// 清单至少的字节数，以其他清单的手术与诊断行凑足 / least bytes of a list, by rows of others
    #[arg(long, default_value_t = 0)]
    list_bytes: usize,
    /// 请求的操作 / what is asked
    #[arg(long, value_enum, default_value_t = Asked::PreCheck)]
    operation: Asked,
    /// 清单的种子；再次上传请换一个 / seed of the lists; another one for a second upload
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// 与单行插入比较，需要 --data 或 --config / compare with single-row inserts
    #[arg(long)]
    inserts: bool,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Lists whose rows lengthen others: far more rows than one of them takes.
const ROWS_FROM: usize = 500;

/// What every request asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Asked {
    /// 事前质控 / a pre-check
    PreCheck,
    /// 清单上传 / an upload
    Upload,
    /// 清单上传并提交 / an upload that is submitted
    Submit,
}

impl Asked {
    fn path(self) -> &'static str {
        match self {
            Asked::PreCheck => "qc/pre-check",
            Asked::Upload | Asked::Submit => "reports",
        }
    }

    fn data(self, list: serde_json::Value) -> serde_json::Value {
        match self {
            Asked::PreCheck => list,
            Asked::Upload | Asked::Submit => serde_json::json!({
                "report": "4101", "input": list, "submit": self == Asked::Submit,
            }),
        }
    }
}

/// Runs the load and prints its figures; exit code 1 when a request was refused.
///
/// # Errors
/// Unusable files, or a gateway that breaks a connection.
pub fn run(args: Args) -> Outcome {
    let caller = caller_file::read_caller(&args.caller)?;
    let client = Client::new(&caller)?;
    let scheme = Scheme::builtin("chs-drg-2.0")?;
    let options = SampleOptions {
        lists: match args.operation {
            Asked::PreCheck => args.lists.max(1),
            Asked::Upload | Asked::Submit => args.requests,
        },
        seed: args.seed,
        institution: caller.fixmedins_code.clone().unwrap_or_default(),
    };
    let others = SampleOptions {
        lists: if args.list_bytes > 0 { ROWS_FROM } else { 0 },
        seed: !args.seed,
        institution: options.institution.clone(),
    };
    let mut stays = LongStays::of(generate(scheme, &others));
    let lists: Vec<String> = generate(scheme, &options)
        .map(|list| stays.lengthened(list, args.list_bytes))
        .map(|list| args.operation.data(list).to_string())
        .collect();
    eprintln!("预签名 signing {} …", args.requests);
    let now = chrono::Utc::now().timestamp_millis();
    let messages = lists
        .iter()
        .cycle()
        .take(args.requests)
        .map(|list| Ok(client.seal(list, &unique(), &unique(), now)?.to_json()))
        .collect::<Result<Vec<_>, String>>()?;
    let request_bytes = messages.iter().map(String::len).sum::<usize>() / messages.len().max(1);
    let list_bytes = lists.iter().map(String::len).sum::<usize>() / lists.len().max(1);

    let before = args.pid.map(usage).transpose()?;
    let url = format!("{}/api/v1/{}", caller.url, args.operation.path());
    let mut measured = sending::run(&url, messages, args.connections, args.rate)?;
    let after = args.pid.map(usage).transpose()?;
    measured.latencies.sort_unstable();

    let sent = measured.latencies.len();
    let answer_bytes = measured.answer_bytes / sent.max(1);
    println!("请求 requests            {sent}");
    println!("被拒 refused             {}", measured.refused);
    println!("清单字节 list bytes       {list_bytes}");
    println!("报文字节 message bytes    {request_bytes} in, {answer_bytes} out");
    println!(
        "吞吐 requests/s          {:.0}",
        per_second(sent, measured.wall)
    );
    for (name, per_mille) in [("p50", 500), ("p90", 900), ("p99", 990), ("max", 1000)] {
        println!(
            "延迟 {name} ms              {:.2}",
            quantile(&measured.latencies, per_mille)
        );
    }
    if let (Some(before), Some(after)) = (before, after) {
        let cpu = after.cpu.saturating_sub(before.cpu);
        let rate = per_second(sent, cpu);
        let crypto = crypto_time(list_bytes, answer_bytes)?;
        println!("网关 CPU 秒 cpu seconds   {:.2}", cpu.as_secs_f64());
        println!("每 CPU 秒 per cpu second  {rate:.0}");
        println!(
            "密码运算 µs crypto µs      {:.0}",
            crypto.as_secs_f64() * 1e6
        );
        println!(
            "比值 ratio (>= 0.5)      {:.2}",
            rate * crypto.as_secs_f64()
        );
        println!(
            "常驻内存 MB resident MB   {:.0}",
            mebibytes(after.resident_kib)
        );
    }
    if args.inserts {
        let inserting = inserts::run(&args.database, sent, list_bytes, args.connections);
        let (rate, plain) = (
            per_second(sent, measured.wall),
            per_second(sent, super::runtime().block_on(inserting)?),
        );
        println!("单行插入 inserts/s        {plain:.0}");
        println!("上传与插入之比 ratio      {:.2}", rate / plain.max(1.0));
    }
    Ok(if measured.refused == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// CPU time and resident memory of a process.
struct Usage {
    cpu: Duration,
    resident_kib: u64,
}

fn usage(pid: u32) -> Result<Usage, Box<dyn std::error::Error + Send + Sync>> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // Fields behind the command name, which may hold blanks (proc(5): 14 utime, 15 stime).
    let fields: Vec<&str> = stat
        .rsplit_once(')')
        .map_or("", |(_, rest)| rest)
        .split_whitespace()
        .collect();
    let ticks = |index: usize| fields.get(index).and_then(|text| text.parse::<u64>().ok());
    let ticks = ticks(11).zip(ticks(12)).ok_or("/proc/<pid>/stat")?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let resident_kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|text| text.split_whitespace().next()?.parse().ok())
        .ok_or("VmRSS")?;
    // Linux reports 100 ticks a second to user space on every architecture we serve.
    Ok(Usage {
        cpu: Duration::from_millis((ticks.0 + ticks.1) * 10),
        resident_kib,
    })
}

/// SM2, SM3 and SM4 time of one exchange of this size, measured here and now: one
/// verification, one signature, both texts hashed, one opened, one sealed.
fn crypto_time(
    list_bytes: usize,
    answer_bytes: usize,
) -> Result<Duration, Box<dyn std::error::Error + Send + Sync>> {
    const ROUNDS: u32 = 300;
    let key = Sm2PrivateKey::generate(&mut SysRng)?;
    let (public, sm4) = (key.public_key(), Sm4Key::generate(&mut SysRng)?);
    // The answer on the wire is mostly ciphertext in hex.
    let (list, answer) = (vec![b'x'; list_bytes], vec![b'x'; answer_bytes / 2]);
    let signature = key.sign(&[&list], &mut SysRng)?;
    let sealed = sm4.ecb_encrypt(&list);
    let started = Instant::now();
    for _ in 0..ROUNDS {
        // Signing and verifying hash their text, so SM3 over both is in these two.
        public.verify(&[&list], &signature)?;
        std::hint::black_box(key.sign(&[&answer], &mut SysRng)?);
        std::hint::black_box(sm4.ecb_decrypt(sealed.clone())?);
        std::hint::black_box(sm4.ecb_encrypt(&answer));
    }
    Ok(started.elapsed() / ROUNDS)
}

fn per_second(count: usize, time: Duration) -> f64 {
    u32::try_from(count).map_or(0.0, f64::from) / time.as_secs_f64().max(1e-9)
}

fn quantile(sorted: &[Duration], per_mille: usize) -> f64 {
    let index = (sorted.len() * per_mille / 1_000).min(sorted.len().saturating_sub(1));
    sorted
        .get(index)
        .map_or(0.0, |latency| latency.as_secs_f64() * 1e3)
}

fn mebibytes(kib: u64) -> f64 {
    u32::try_from(kib).map_or(f64::INFINITY, f64::from) / 1_024.0
}
