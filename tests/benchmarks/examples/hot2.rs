use std::hint::black_box;
use std::time::*;
use std::sync::Arc;
use std::cell::*;
use std::sync::atomic::*;
use managed_identity_benchmarks::{RESOURCE, ours, measure::*};
use managed_identity_reqwest::core::UnixTime;
fn t(name:&str, mut f: impl FnMut()) { let mut v=vec![]; for _ in 0..31 { v.push(Clock::Processor.time(100_000, || for _ in 0..100_000 { f() })); } v.sort_by(f64::total_cmp); println!("{name} {:.1}", v[15]); }
trait E: Send+Sync { fn now(&self)->UnixTime; }
struct A; struct B; struct C;
impl E for A { fn now(&self)->UnixTime { UnixTime::from_duration(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()) } }
impl E for B { fn now(&self)->UnixTime { let n = rustix::time::clock_gettime(rustix::time::ClockId::Realtime); UnixTime::from_duration(Duration::new(u64::try_from(n.tv_sec).unwrap_or(0), n.tv_nsec as u32)) } }
impl E for C { fn now(&self)->UnixTime { UnixTime::from_duration(SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default()) } }
fn main(){
    let rt=Runtime::new();
    let client = ours::instant(&ours::InstantEffects::shared());
    let handle = client.resource(RESOURCE).unwrap();
    let token = rt.run(handle.get_token()).unwrap();
    let a: Arc<str> = "x".into();
    let dyns: Vec<Arc<dyn E>> = vec![Arc::new(A), Arc::new(B), Arc::new(C)];
    let tl: thread_local::ThreadLocal<AtomicU64> = thread_local::ThreadLocal::new();
    let tl2: thread_local::ThreadLocal<Cell<u64>> = thread_local::ThreadLocal::new();
    let swap = Arc::new(arc_swap::ArcSwapOption::from_pointee((token.clone(), UnixTime::from_secs(0)..UnixTime::from_secs(1<<40))));
    let caches: thread_local::ThreadLocal<RefCell<arc_swap::Cache<Arc<arc_swap::ArcSwapOption<_>>,_>>> = thread_local::ThreadLocal::new();
    let get = |now: UnixTime| { let c = caches.get_or(|| RefCell::new(arc_swap::Cache::new(swap.clone()))); let mut c = c.borrow_mut(); let p = c.load(); p.as_ref().filter(|p| p.1.contains(&now)).map(|p| p.0.clone()) };
    for _ in 0..3 {
    t("now", || {black_box(SystemTime::now());});
    t("floor", || {black_box(SystemTime::now());black_box(Arc::clone(black_box(&a)));});
    t("dyn duration_since", || {black_box(black_box(&dyns[0]).now());});
    t("dyn rustix", || {black_box(black_box(&dyns[1]).now());});
    t("dyn elapsed", || {black_box(black_box(&dyns[2]).now());});
    t("tl count", || {let c = black_box(&tl).get_or_default(); c.store(c.load(Ordering::Relaxed)+1, Ordering::Relaxed);});
    t("tl cell", || {let c = black_box(&tl2).get_or_default(); c.set(c.get()+1);});
    let now=UnixTime::from_secs(1700000000);
    t("cache get", || {black_box(get(black_box(now)));});
    t("all rustix", || {let now = black_box(&dyns[1]).now(); let c = black_box(&tl).get_or_default(); c.store(c.load(Ordering::Relaxed)+1, Ordering::Relaxed); black_box(get(black_box(now)));});
    t("all std", || {let now = black_box(&dyns[0]).now(); let c = black_box(&tl).get_or_default(); c.store(c.load(Ordering::Relaxed)+1, Ordering::Relaxed); black_box(get(black_box(now)));});
    t("fresh_token", || {black_box(handle.fresh_token());});
    println!();
    }
}
