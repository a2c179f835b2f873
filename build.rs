//! Puts the storefront's documents and, when it is there, the built playground (`playground/dist`) into the binary. Without Node the shop still builds, and
//! says how to get the playground.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let dist = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("playground/dist");
    println!("cargo:rerun-if-changed=playground/dist");
    let mut files = Vec::new();
    if dist.join("index.html").is_file() {
        collect(&dist, &mut files)?;
        files.sort();
    }
    let mut code = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&dist).expect("collected below it").to_string_lossy().replace('\\', "/");
        code.push_str(&format!("    ({name:?}, include_bytes!({:?}) as &[u8]),\n", file.display().to_string()));
    }
    code.push(']');
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("playground.rs"), code)?;
    fs::write(out.join("operations.rs"), operations()?)
}

/// The storefront's documents, by name.
fn operations() -> io::Result<String> {
    let folder = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("schema/operations");
    println!("cargo:rerun-if-changed=schema/operations");
    let mut files = Vec::new();
    if folder.is_dir() {
        collect(&folder, &mut files)?;
        files.sort();
    }
    let mut code = String::from("&[\n");
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "graphql")) {
        let name = file.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        code.push_str(&format!("    ({name:?}, include_str!({:?})),\n", file.display().to_string()));
    }
    code.push(']');
    Ok(code)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}
