//! The `chowk` program. See `chowk --help`.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    chowk::choose_tls();
    chowk::cli::main()
}
