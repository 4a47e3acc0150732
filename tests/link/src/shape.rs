//! The kinds of guests there are, but for the choice of clients.

use std::fmt;

/// How a guest is built, and beside what it is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) kind: Kind,
    pub(crate) target: Target,
    pub(crate) std: bool,
    pub(crate) beside: Beside,
}

/// What the compiler calls the type of a crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bin,
    Cdylib,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Wasip2,
    Unknown,
}

/// A crate that a guest uses as well as the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    Nothing,
    Wasip2,
    Wasip3,
    WitBindgen,
    OlderWitBindgen,
    Wstd,
    ActSdk,
}

impl Shape {
    /// All of them, also those that make no sense.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        [Kind::Bin, Kind::Cdylib].into_iter().flat_map(|kind| {
            [Target::Wasip2, Target::Unknown].into_iter().flat_map(move |target| {
                [true, false]
                    .into_iter()
                    .flat_map(move |std| Beside::ALL.into_iter().map(move |beside| Self { kind, target, std, beside }))
            })
        })
    }

    /// Why there is no such guest.
    pub(crate) fn left_out(self) -> Option<&'static str> {
        match (self.kind, self.target, self.std, self.beside) {
            (Kind::Cdylib, Target::Wasip2, false, _) => {
                Some("here the function by which a host allocates comes with the standard library")
            }
            (_, _, false, Beside::Wstd | Beside::ActSdk | Beside::OlderWitBindgen) => {
                Some("this crate needs the standard library")
            }
            (Kind::Bin, _, _, Beside::ActSdk) => Some("a tool is a library"),
            (Kind::Cdylib, _, _, Beside::Nothing) => Some("without bindings it exports nothing"),
            (Kind::Bin, _, _, Beside::Nothing) if !self.has_start() => Some("it has no start, and exports nothing"),
            _ => None,
        }
    }

    /// Whether it is a program that the target starts at `main`. Other programs only export what libraries do.
    pub(crate) fn has_start(self) -> bool {
        self.kind == Kind::Bin && self.target == Target::Wasip2 && self.std
    }
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Bin => "bin",
            Self::Cdylib => "cdylib",
        }
    }
}

impl Target {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Wasip2 => "wasm32-wasip2",
            Self::Unknown => "wasm32-unknown-unknown",
        }
    }
}

impl Beside {
    const ALL: [Self; 7] =
        [Self::Nothing, Self::Wasip2, Self::Wasip3, Self::WitBindgen, Self::OlderWitBindgen, Self::Wstd, Self::ActSdk];

    /// Its name, which is also the guest's feature.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Wasip2 => "wasip2",
            Self::Wasip3 => "wasip3",
            Self::WitBindgen => "wit-bindgen",
            Self::OlderWitBindgen => "wit-bindgen-older",
            Self::Wstd => "wstd",
            Self::ActSdk => "act-sdk",
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let std = if self.std { "std" } else { "no-std" };
        let (kind, target, beside) = (self.kind.name(), self.target.name(), self.beside.name());
        write!(f, "{kind:6} {target:22} {std:6} beside {beside:17}")
    }
}

#[cfg(test)]
mod tests {
    use super::{Beside, Kind, Shape, Target};

    #[test]
    fn of_what_is_built_in_the_ordinary_way_hardly_anything_is_left_out() {
        let ordinary = Shape::all().filter(|shape| shape.target == Target::Wasip2 && shape.std);
        let left_out = ordinary.filter(|shape| shape.left_out().is_some());
        let left_out: Vec<_> = left_out.map(|shape| (shape.kind, shape.beside)).collect();
        assert_eq!(left_out, [(Kind::Bin, Beside::ActSdk), (Kind::Cdylib, Beside::Nothing)]);
    }
}
