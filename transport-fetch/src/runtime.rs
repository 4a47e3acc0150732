//! What a program without the standard library must bring along: memory, and an end to a panic.

use talc::wasm::{WasmDynamicTalc, new_wasm_dynamic_allocator};

/// A fifth of the size of the standard library's.
#[global_allocator]
static ALLOCATOR: WasmDynamicTalc = new_wasm_dynamic_allocator();

/// Ends the module by a `RuntimeError`. What the panic says is for nobody to read, and without it half of the code for
/// text goes away.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
