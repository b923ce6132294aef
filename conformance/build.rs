//! Cases, fixtures and vectors are embedded into the binary; a new file among them
//! must rebuild it.

fn main() {
    for folder in ["cases", "fixtures", "tables", "vectors"] {
        println!("cargo:rerun-if-changed={folder}");
    }
}
