//! The `chowk` program. See `chowk --help`.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // One TLS back end for everything; a second call answers with an error that means nothing.
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    chowk::cli::main()
}
