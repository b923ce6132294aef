// What each rule of gateway.yml must report, and what it must not (`semgrep --test`).
// Nothing here is compiled.

fn sql(tx: &Tx, code: &str) {
    // ruleid: sql-is-never-built-from-values
    tx.query(&format!("SELECT 1 FROM settlement_lists WHERE fixmedins_code = '{code}'"), &[]);
    // ruleid: sql-is-never-built-from-values
    tx.query(&format!("delete from nonces where app_id = '{}'", code), &[]);
    // ok: sql-is-never-built-from-values
    tx.query("SELECT 1 FROM settlement_lists WHERE fixmedins_code = $1", &[&code]);
    // ok: sql-is-never-built-from-values
    let text = format!("selected {code}");
}

fn logs(key: &Sm4Key, caller: &Caller, list: &List) {
    // ruleid: secrets-are-not-logged
    tracing::info!("{}", key.expose_hex());
    // ruleid: secrets-are-not-logged
    tracing::warn!(secret = %caller.app_secret, "refused");
    // ruleid: secrets-are-not-logged
    tracing::debug!("{}", list.psn_name);
    // ok: secrets-are-not-logged
    tracing::info!(app_id = %caller.app_id, "refused");
}

fn client() {
    // ruleid: certificates-are-checked
    reqwest::Client::builder().danger_accept_invalid_certs(true).build();
    // ok: certificates-are-checked
    reqwest::Client::builder().build();
}

fn run(text: &str) {
    // ruleid: no-shell-reads-a-value
    Command::new("sh").arg("-c").arg(text);
    // ok: no-shell-reads-a-value
    Command::new("initdb").arg(text);
}

fn keys() {
    // ruleid: keys-come-from-the-system
    Sm4Key::generate(&mut StdRng::seed_from_u64(1));
    // ok: keys-come-from-the-system
    Sm4Key::generate(&mut SysRng);
}

fn compare(caller: &Caller, given: &str, key: &[u8]) -> bool {
    // ruleid: secrets-are-compared-in-constant-time
    caller.app_secret == given;
    // ruleid: secrets-are-compared-in-constant-time
    given == hmac_sm3(key, &[given.as_bytes()]);
    // ok: secrets-are-compared-in-constant-time
    caller.app_secret.as_bytes().ct_eq(given.as_bytes())
}
