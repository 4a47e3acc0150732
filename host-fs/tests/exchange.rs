//! Somebody exchanges the key file, or its folder, over and over while it is read: what comes is the key or an error.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use managed_identity_core::FileErrorKind;
use managed_identity_fs::read;
use support::key_file;
use tempfile::TempDir;

const KEY: &[u8] = b"the key";
const FOREIGN: &[u8] = b"not for the endpoint";

/// So many reads at least, and so many of each outcome, so that the exchange has been met in all its moments.
const READS: u32 = 20_000;
const OF_EACH: u32 = 200;
const PATIENCE: Duration = Duration::from_secs(60);

/// A token folder with a key file, and a folder with a file of the same name that must not be read.
struct Place {
    parent: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { parent: TempDir::new().unwrap() };
        for (folder, content) in [("tokens", KEY), ("foreign", FOREIGN)] {
            fs::create_dir(place.path(folder)).unwrap();
            fs::write(place.path(folder).join("x.key"), content).unwrap();
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.parent.path().join(name)
    }

    /// Reads while `exchange` is called again and again, and counts how often the key came and how often an error.
    fn read_while(&self, exchange: impl Fn(&Path) + Sync) {
        let (file, stop, rounds) = (key_file(&self.path("tokens"), "x.key"), AtomicBool::new(false), AtomicU32::new(0));
        let (mut keys, mut errors) = (0, 0);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    exchange(self.parent.path());
                    rounds.fetch_add(1, Ordering::Relaxed);
                }
            });
            let started = Instant::now();
            let enough = |keys: u32, errors: u32| keys + errors >= READS && keys.min(errors) >= OF_EACH;
            let outcome = loop {
                if enough(keys, errors) || started.elapsed() > PATIENCE {
                    break Ok(());
                }
                match read(&file) {
                    Ok(content) if content == KEY => keys += 1,
                    Ok(content) => break Err(String::from_utf8(content).unwrap()),
                    Err(error) if error.kind() == FileErrorKind::PermissionDenied => break Err(error.to_string()),
                    Err(_) => errors += 1,
                }
            };
            stop.store(true, Ordering::Relaxed);
            assert_eq!(outcome, Ok(()), "after {keys} keys and {errors} errors");
        });
        println!("{keys} keys, {errors} errors, {} exchanges", rounds.into_inner());
        assert!(keys >= OF_EACH && errors >= OF_EACH, "the exchange was not met: {keys} keys, {errors} errors");
    }
}

/// Puts `other` in the place of `path` in one step.
fn put(other: &Path, path: &Path) {
    fs::rename(other, path).unwrap();
}

#[test]
fn a_symbolic_link_comes_and_goes() {
    Place::new().read_while(|parent| {
        let (file, new) = (parent.join("tokens/x.key"), parent.join("tokens/new"));
        symlink(parent.join("foreign/x.key"), &new).unwrap();
        put(&new, &file);
        fs::write(&new, KEY).unwrap();
        put(&new, &file);
    });
}

#[test]
fn a_hard_link_comes_and_goes() {
    let place = Place::new();
    // A name that stays. Without it the count falls to one within the system's own call that removes the link, for less
    // than a microsecond in which no reader can know better: this is a guard, and not the first one, against whoever may
    // write to the folder.
    fs::hard_link(place.path("foreign/x.key"), place.path("foreign/y.key")).unwrap();
    place.read_while(|parent| {
        let (file, new) = (parent.join("tokens/x.key"), parent.join("tokens/new"));
        fs::hard_link(parent.join("foreign/x.key"), &new).unwrap();
        put(&new, &file);
        fs::write(&new, KEY).unwrap();
        put(&new, &file);
    });
}

#[test]
fn the_folder_becomes_a_link_to_another_and_back() {
    Place::new().read_while(|parent| {
        let (folder, aside) = (parent.join("tokens"), parent.join("aside"));
        put(&folder, &aside);
        symlink(parent.join("foreign"), &folder).unwrap();
        fs::remove_file(&folder).unwrap();
        put(&aside, &folder);
    });
}
