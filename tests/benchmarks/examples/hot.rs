use std::hint::black_box;
use std::time::*;
use std::sync::Arc;
use managed_identity_benchmarks::{RESOURCE, ours, measure::*};
fn t(name:&str, mut f: impl FnMut()) { let mut v=vec![]; for _ in 0..31 { v.push(Clock::Processor.time(100_000, || for _ in 0..100_000 { f() })); } v.sort_by(f64::total_cmp); println!("{name} {:.1}", v[15]); }
fn main(){
    let rt=Runtime::new();
    let client = ours::instant(&ours::InstantEffects::shared());
    let handle = client.resource(RESOURCE).unwrap();
    rt.run(handle.get_token()).unwrap();
    println!("sizes {} {} {}", std::mem::size_of_val(&handle.get_token()), std::mem::size_of_val(&client.get_token("x")), std::mem::size_of::<Result<managed_identity_reqwest::AccessToken, managed_identity_reqwest::Error>>());
    if std::env::args().nth(1).as_deref()==Some("a") { rt.run(async { for _ in 0..30_000_000 { black_box(handle.get_token().await.unwrap()); } }); return; }
    let a: Arc<str> = "x".into();
    let token = handle.fresh_token().unwrap();
    let effects = ours::InstantEffects::shared();
    let dyneff: Arc<dyn managed_identity_reqwest::Effects> = effects.clone();
    let swap = arc_swap::ArcSwapOption::from_pointee(5u64);
    let n = std::sync::atomic::AtomicU64::new(0);
    for _ in 0..3 {
    t("now", || {black_box(SystemTime::now());});
    t("arc", || {black_box(Arc::clone(black_box(&a)));});
    t("floor", || {black_box(SystemTime::now());black_box(Arc::clone(black_box(&a)));});
    t("effects.now", || {black_box(black_box(&dyneff).now());});
    t("token clone", || {black_box(black_box(&token).clone());});
    t("arcswap load", || {black_box(&*black_box(&swap).load());});
    t("fetch_add", || {black_box(&n).fetch_add(1, std::sync::atomic::Ordering::Relaxed);});
    t("fresh_token", || {black_box(handle.fresh_token());});
    t("get_token", || {rt.run(async {})});
    {let v: Vec<f64> = (0..31).map(|_| Clock::Processor.time(100_000, || rt.run(async { for _ in 0..100_000 { black_box(handle.get_token().await.unwrap()); } }))).collect(); println!("get_token {:?}", v[15]);}
    }
    if std::env::args().len()>1 { for _ in 0..50_000_000u32 { black_box(handle.fresh_token()); } }
}
#[test] fn x(){}
