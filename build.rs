//! Rebuilds the program when the course that it carries changes: the macro that
//! embeds the exercises does not tell Cargo of files that come or go.

fn main() {
    println!("cargo::rerun-if-changed=exercises");
    println!("cargo::rerun-if-changed=info.toml");
}
