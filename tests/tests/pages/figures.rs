//! The limits on sizes that the pages tell are those that are checked.

use serde_json::Value;

const PAGES: [&str; 2] = [include_str!("../../../README.md"), include_str!("../../../docs/compare.md")];

fn budget(sizes: &Value, pointer: &str) -> u64 {
    sizes.pointer(pointer).and_then(Value::as_u64).unwrap()
}

#[test]
fn limits_on_sizes_are_those_that_are_checked() {
    let components: Value = serde_json::from_str(include_str!("../../../component/sizes.json")).unwrap();
    let [machine, effects, whole] =
        ["machine", "effects", "self-contained"].map(|it| budget(&components, &format!("/{it}/budget/gzip")) / 1024);
    let chain = format!("{} KiB with chains", budget(&components, "/machine-chain/budget/gzip") / 1024);
    assert!(PAGES[1].contains(&chain), "{chain} has to be in docs/compare.md");
    let package: Value = serde_json::from_str(include_str!("../../../transport-fetch/sizes.json")).unwrap();
    let bundle = budget(&package, "/budget/node");
    let texts =
        [format!("{machine}, {effects} and {whole} KiB"), format!("{},{:03} bytes", bundle / 1000, bundle % 1000)];
    for page in PAGES {
        for text in &texts {
            assert!(page.contains(text.as_str()), "{text} has to be in README.md and in docs/compare.md");
        }
    }
}
