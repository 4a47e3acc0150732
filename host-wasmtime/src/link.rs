//! What of WASI a plug-in needs that holds the client, and no more.

use wasmtime::component::{HasData, Linker, ResourceTable};
use wasmtime_wasi::cli::{WasiCli, WasiCliView as _};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksView as _};
use wasmtime_wasi::p2::bindings::{cli, clocks, random};
use wasmtime_wasi::random::{WasiRandom, WasiRandomView as _};
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_io::bindings::wasi::io;

use crate::files::{FilesView, add_files_to_linker};

/// Makes the interfaces of WASI 0.2 available that the client needs, and no others: no standard streams, no sockets, no
/// exit. What they can do is up to the store's WASI, its [`Gate`](crate::Gate) and its
/// [`GrantedFiles`](crate::GrantedFiles).
///
/// # Errors
/// When one of them is linked already.
pub fn add_client_grants_to_linker<T>(linker: &mut Linker<T>) -> wasmtime::Result<()>
where
    T: FilesView + WasiHttpView + 'static,
{
    io::error::add_to_linker::<T, Table>(linker, |data| data.ctx().table)?;
    io::poll::add_to_linker::<T, Table>(linker, |data| data.ctx().table)?;
    io::streams::add_to_linker::<T, Table>(linker, |data| data.ctx().table)?;
    cli::environment::add_to_linker::<T, WasiCli>(linker, T::cli)?;
    clocks::monotonic_clock::add_to_linker::<T, WasiClocks>(linker, T::clocks)?;
    clocks::wall_clock::add_to_linker::<T, WasiClocks>(linker, T::clocks)?;
    random::random::add_to_linker::<T, WasiRandom>(linker, T::random)?;
    add_files_to_linker(linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)
}

struct Table;

impl HasData for Table {
    type Data<'a> = &'a mut ResourceTable;
}
