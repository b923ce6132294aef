//! The committed header is the one that cbindgen makes of the source.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "tests stop at the first surprise"
)]

use std::path::Path;
use std::{env, fs};

/// Set to write the header instead of checking it.
const WRITE: &str = "CHS_WRITE_HEADER";

#[test]
fn the_header_is_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(folder.join("cbindgen.toml")).expect("the settings");
    let bindings = cbindgen::Builder::new()
        .with_config(config)
        .with_src(folder.join("src/lib.rs"))
        .generate()
        .expect("bindings");
    let mut made = Vec::new();
    bindings.write(&mut made);
    let made = String::from_utf8(made).expect("UTF-8");
    let path = folder.join("include/chs_grouper.h");
    if env::var_os(WRITE).is_some() {
        fs::write(&path, made).expect("the header is written");
        return;
    }
    let committed = fs::read_to_string(&path).expect("the header");
    assert!(
        committed == made,
        "{} is not current; make it anew with {WRITE}=1 cargo test -p embed-c",
        path.display()
    );
}
