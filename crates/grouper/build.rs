//! Packs each folder of `schemes/` into one deflated file and writes the table
//! that `src/scheme/builtin.rs` includes. The sources stay reviewable text in
//! git; the binary carries them at about a sixth of their size.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Highest deflate effort: paid once, at build time.
const LEVEL: u8 = 10;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=schemes");
    println!("cargo:rerun-if-changed=build.rs");
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("schemes");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let folders = sorted(&root)?;
    let mut table = format!("static TABLE: [Builtin; {}] = [\n", folders.len());
    for folder in folders {
        let id = name_of(&folder)?;
        let packed = miniz_oxide::deflate::compress_to_vec(&bundle(&folder)?, LEVEL);
        fs::write(out.join(format!("{id}.deflate")), packed)?;
        let file = format!("concat!(env!(\"OUT_DIR\"), \"/{id}.deflate\")");
        writeln!(
            table,
            "    Builtin {{ id: {id:?}, packed: include_bytes!({file}) }},"
        )?;
    }
    table.push_str("];\n");
    fs::write(out.join("builtin_table.rs"), table)?;
    Ok(())
}

/// One scheme as text: before each file a line `=== name bytes`, then its
/// bytes with Unix line ends.
fn bundle(folder: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut bundle = Vec::new();
    for file in sorted(folder)? {
        let text = fs::read_to_string(&file)?.replace("\r\n", "\n");
        let name = name_of(&file)?;
        bundle.extend_from_slice(format!("=== {name} {}\n", text.len()).as_bytes());
        bundle.extend_from_slice(text.as_bytes());
    }
    Ok(bundle)
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut paths = fs::read_dir(folder)?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}

fn name_of(path: &Path) -> Result<String, Box<dyn Error>> {
    let name = path.file_name().and_then(|name| name.to_str());
    Ok(name.ok_or("a name under schemes/ is not UTF-8")?.to_owned())
}
