//! Writes messages and clients from the published descriptor set; no protoc is needed.

use prost::Message;
use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let set = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../dist-spec/threeflow.binpb");
    println!("cargo:rerun-if-changed={}", set.display());
    let described = prost_types::FileDescriptorSet::decode(fs::read(set)?.as_slice())?;
    tonic_prost_build::configure().build_server(false).compile_fds(described)?;
    Ok(())
}
