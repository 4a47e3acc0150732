//! The fleet's tables and its picture.

use std::error::Error;
use std::fs;
use std::process::ExitCode;

use managed_identity_fleet::{Fleet, Library, Row, Scenario, Survey, survey, table};
use plotters::coord::combinators::IntoLogRange as _;
use plotters::prelude::*;

use crate::colour::{GRID, INK, SERIES, SOFT};
use crate::page;
use crate::picture::{described, made_here_and_today};

const FLEET: Fleet = Fleet { programs: 100_000, seed: 1 };
const PAGE: &str = "docs/fleet.md";
const PICTURE: &str = "docs/pictures/fleet.svg";

/// Which scenarios the picture shows, for how many seconds, with which words.
const PANELS: [(&str, usize, &str); 4] = [
    ("restart", 300, "a region is started again"),
    ("restart-retry-after", 300, "the same, with Retry-After: 30"),
    ("throttled", 7200, "429 for an hour"),
    ("together", 4 * 3600, "tokens that expire together"),
];

/// How many points a line has.
const POINTS: usize = 120;
const WIDTH: u32 = 920;
const HEIGHT: u32 = 640;

/// Makes both.
pub(crate) fn write() -> Result<(), Box<dyn Error>> {
    let survey = survey(FLEET, tell)?;
    let file = page::root().join(PAGE);
    let made =
        page::with(&fs::read_to_string(&file)?, &table(&survey)).ok_or("the page has no place for the tables")?;
    fs::write(file, made)?;
    fs::write(page::root().join(PICTURE), draw(&survey)?)?;
    Ok(())
}

/// Whether the page has the tables that are made now.
pub(crate) fn check() -> Result<ExitCode, Box<dyn Error>> {
    let page = fs::read_to_string(page::root().join(PAGE))?;
    if page::with(&page, &table(&survey(FLEET, tell)?)).as_ref() == Some(&page) {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("{PAGE} is not what is made now: cargo run --release -p managed-identity-figures -- fleet");
    Ok(ExitCode::FAILURE)
}

fn tell(scenario: &Scenario, library: Library) {
    eprintln!("{}: {}", scenario.name, library.name());
}

fn draw(survey: &Survey) -> Result<String, Box<dyn Error>> {
    let mut drawing = String::new();
    {
        let root = SVGBackend::with_string(&mut drawing, (WIDTH, HEIGHT)).into_drawing_area();
        root.fill(&WHITE)?;
        let (panels, foot) = root.split_vertically(HEIGHT - 60);
        for (area, (name, seconds, words)) in panels.split_evenly((2, 2)).iter().zip(PANELS) {
            let row = survey.rows.iter().find(|row| row.scenario.name == name).ok_or("there is no such scenario")?;
            panel(area, row, seconds, words)?;
        }
        legend(&foot, survey)?;
        root.present()?;
    }
    Ok(described(
        &drawing,
        "Requests at the authority, a second, in a fleet of 100,000 programs",
        "Four plots over time, on a logarithmic scale, with a line for this project and one for each of four other libraries. \
         The tables of docs/fleet.md have the figures.",
    ))
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn panel(area: &Area<'_>, row: &Row, seconds: usize, words: &str) -> Result<(), Box<dyn Error>> {
    let text = |size: i32| ("sans-serif", size).into_font().color(&SOFT);
    let minutes = seconds as f64 / 60.0;
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .caption(words, ("sans-serif", 16).into_font().color(&INK))
        .x_label_area_size(34)
        .y_label_area_size(58)
        .build_cartesian_2d(0.0..minutes, (1.0..100_000.0).log_scale())?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(SOFT)
        .label_style(text(12))
        .x_desc("minutes")
        .y_desc("requests a second")
        .x_labels(7)
        .x_label_formatter(&|minute| format!("{minute:.0}"))
        .y_labels(6)
        .y_label_formatter(&|count| format!("{count:.0}"))
        .draw()?;
    // Ours last, so that nothing hides it.
    for (index, (_, outcome)) in row.outcomes.iter().enumerate().rev() {
        let counts = outcome.authority.per_second.get(..seconds).unwrap_or(&outcome.authority.per_second);
        let bucket = counts.len().div_ceil(POINTS).max(1);
        let points = counts.chunks(bucket).enumerate().map(|(number, counts)| {
            let most = counts.iter().max().copied().unwrap_or_default();
            // A logarithmic scale has no place for nothing.
            ((number * bucket) as f64 / 60.0, f64::from(most.max(1)))
        });
        let width = if index == 0 { 3 } else { 1 };
        chart.draw_series(LineSeries::new(points, SERIES[index % SERIES.len()].stroke_width(width)))?;
    }
    Ok(())
}

fn legend(area: &Area<'_>, survey: &Survey) -> Result<(), Box<dyn Error>> {
    let libraries =
        survey.rows.first().map(|row| row.outcomes.iter().map(|(library, _)| *library)).into_iter().flatten();
    let mut left = 40;
    for (index, library) in libraries.enumerate() {
        let colour = SERIES[index % SERIES.len()];
        area.draw(&Rectangle::new([(left, 12), (left + 18, 16)], colour.filled()))?;
        area.draw(&Text::new(library.name(), (left + 24, 8), ("sans-serif", 13).into_font().color(&INK)))?;
        left += 56 + 7 * i32::try_from(library.name().len())?;
    }
    let foot = format!(
        "At the authority, the busiest second of each stretch. {} programs, seed {}. Simulated on {}.",
        survey.fleet.programs,
        survey.fleet.seed,
        made_here_and_today()
    );
    area.draw(&Text::new(foot, (40, 36), ("sans-serif", 12).into_font().color(&SOFT)))?;
    Ok(())
}
