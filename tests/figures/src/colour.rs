//! Colours that stay apart for people who see colours differently (those of Okabe and Ito).

use plotters::style::RGBColor;

pub(crate) const INK: RGBColor = RGBColor(31, 35, 40);
pub(crate) const SOFT: RGBColor = RGBColor(89, 99, 110);
pub(crate) const GRID: RGBColor = RGBColor(225, 228, 232);
pub(crate) const BLUE: RGBColor = RGBColor(0, 114, 178);
pub(crate) const SERIES: [RGBColor; 5] =
    [BLUE, RGBColor(213, 94, 0), RGBColor(0, 158, 115), RGBColor(204, 121, 167), RGBColor(230, 159, 0)];
