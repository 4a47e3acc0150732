//! A command of WASI 0.3.

struct Guest;

wasip3::cli::command::export!(Guest);

impl wasip3::exports::cli::run::Guest for Guest {
    async fn run() -> Result<(), ()> {
        work::ask_awaiting().await.map(drop).map_err(drop)
    }
}
