#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| managed_identity_fuzz_oracle::certificate(data));
