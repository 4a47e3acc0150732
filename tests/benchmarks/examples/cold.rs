use std::hint::black_box;
use managed_identity_benchmarks::{RESOURCE, SCOPE, ours, peer, measure::*};
use azure_core::credentials::TokenCredential as _;
fn main(){
    let rt=Runtime::new();
    let effects = ours::InstantEffects::shared();
    let transport = peer::InstantTransport::shared();
    let which = std::env::args().nth(1).unwrap();
    let n = 100u32;
    for which in which.split(',') {
    let mut v=vec![];
    for _ in 0..1000 {
        v.push(match which {
        "ours" => { let c: Vec<_> = (0..n).map(|_| ours::instant(&effects)).collect(); Clock::Processor.time(n, || rt.run(async { for c in &c { black_box(c.get_token(RESOURCE).await).ok(); } })) }
        "ours-with" => Clock::Processor.time(n, || rt.run(async { for _ in 0..n { let c = ours::instant(&effects); black_box(c.get_token(RESOURCE).await).ok(); } })),
        "peer-with" => Clock::Processor.time(n, || rt.run(async { for _ in 0..n { let c = peer::instant(&transport); black_box(c.get_token(&[SCOPE], None).await).ok(); } })),
        "ours-force" => { let c = ours::instant(&effects).resource(RESOURCE).unwrap(); Clock::Processor.time(n, || rt.run(async { for _ in 0..n { black_box(c.force_refresh().await).ok(); } })) }
        _ => { let c: Vec<_> = (0..n).map(|_| peer::instant(&transport)).collect(); Clock::Processor.time(n, || rt.run(async { for c in &c { black_box(c.get_token(&[SCOPE],None).await).ok(); } })) }
        });
    }
    v.sort_by(f64::total_cmp); println!("{which} {:.1}", v[500]);
    }
}
