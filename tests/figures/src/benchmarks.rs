//! The picture of the benchmarks.

use std::error::Error;
use std::fs;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::colour::{BLUE, GRID, INK, SERIES, SOFT};
use crate::page;
use crate::picture::{described, made_here_and_today};
use crate::report::{Budget, budgets};

const PICTURE: &str = "docs/pictures/benchmarks.svg";
const WIDTH: u32 = 920;
const ROW: i32 = 30;
/// Where the bars begin and how long one is that uses up its limit.
const LEFT: i32 = 400;
const FULL: f64 = 340.0;

/// Which budgets are shown, with words for people and what one is compared with. They are parts of what that takes.
const BARS: [(&str, &str); 10] = [
    ("cached-token", "cached token, of the Rust SDK's time"),
    ("cached-token-two-threads", "the same on two threads"),
    ("cached-token-of-ten-thousand", "one of 10,000 cached tokens, of the Rust SDK's time"),
    ("cached-token-to-floor", "cached token, of a clock and a pointer"),
    ("cached-token-in-a-storm", "cached token while 10,000 are renewed, of a quiet time"),
    ("cold-token", "first token, of the Rust SDK's processor time"),
    ("cold-token-with-backtraces", "the same where RUST_BACKTRACE is set"),
    ("cold-token-loopback", "first token over loopback, of a bare request"),
    ("cold-token-loopback-arc", "the same on Azure Arc"),
    ("program", "small program, of one with the Rust SDK"),
];

/// Draws what the benchmarks printed.
pub(crate) fn write(report: &str) -> Result<(), Box<dyn Error>> {
    let budgets = budgets(&fs::read_to_string(report)?);
    fs::write(page::root().join(PICTURE), draw(&budgets)?)?;
    Ok(())
}

fn draw(budgets: &[Budget]) -> Result<String, Box<dyn Error>> {
    let find = |name: &str| budgets.iter().find(|budget| budget.name == name);
    let bars: Vec<_> = BARS.iter().filter_map(|(name, words)| Some((*words, find(name)?))).collect();
    let bottom = 70 + ROW * i32::try_from(bars.len())?;
    let mut drawing = String::new();
    {
        let root = SVGBackend::with_string(&mut drawing, (WIDTH, u32::try_from(bottom + 50)?)).into_drawing_area();
        root.fill(&WHITE)?;
        let text = |size: i32, colour: &RGBColor, side| {
            ("sans-serif", size).into_font().color(colour).pos(Pos::new(side, VPos::Center))
        };
        root.draw(&Text::new("What the client takes, and its limit", (20, 26), text(18, &INK, HPos::Left)))?;
        let limit = LEFT + FULL as i32;
        root.draw(&Text::new("limit", (limit, 50), text(12, &SOFT, HPos::Center)))?;
        root.draw(&PathElement::new([(LEFT, 60), (LEFT, bottom)], GRID))?;
        for (index, (words, budget)) in bars.iter().enumerate() {
            let middle = 75 + ROW * i32::try_from(index)?;
            let length = (budget.value / budget.limit * FULL).min(FULL * 1.3) as i32;
            let colour = if budget.value <= budget.limit { BLUE } else { SERIES[1] };
            root.draw(&Text::new(*words, (LEFT - 12, middle), text(13, &INK, HPos::Right)))?;
            root.draw(&Rectangle::new([(LEFT, middle - 8), (LEFT + length, middle + 8)], colour.filled()))?;
            let value = format!("{:.2} of {:.2}", budget.value, budget.limit);
            root.draw(&Text::new(value, (WIDTH as i32 - 20, middle), text(13, &INK, HPos::Right)))?;
        }
        root.draw(&PathElement::new([(limit, 60), (limit, bottom)], SOFT))?;
        let foot = format!("Medians of one run in which contestants take turns. {}.", made_here_and_today());
        root.draw(&Text::new(foot, (20, bottom + 26), text(12, &SOFT, HPos::Left)))?;
        root.present()?;
    }
    let bar = |(words, budget): &(&str, &Budget)| format!("{words}: {:.2}, at most {:.2}.", budget.value, budget.limit);
    let description = bars.iter().map(bar).collect::<Vec<_>>().join(" ");
    Ok(described(&drawing, "What the client takes, and its limit", &description))
}
