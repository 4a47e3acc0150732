//! A command of WASI 0.2.

struct Guest;

wasip2::cli::command::export!(Guest);

impl wasip2::exports::cli::run::Guest for Guest {
    fn run() -> Result<(), ()> {
        work::ask().map(drop).map_err(drop)
    }
}
