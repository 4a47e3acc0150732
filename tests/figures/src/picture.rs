//! What all pictures have: words for those who do not see them, and where and when they were made.

use std::fs;

use time::OffsetDateTime;

/// A drawing with a title and a description, as screen readers tell them.
pub(crate) fn described(drawing: &str, title: &str, description: &str) -> String {
    let words = format!(
        " role=\"img\" aria-labelledby=\"title description\">\n<title id=\"title\">{title}</title>\n\
         <desc id=\"description\">{description}</desc>\n"
    );
    match drawing.find('>') {
        Some(end) => format!("{}{words}{}", &drawing[..end], &drawing[end + 1..]),
        None => drawing.to_owned(),
    }
}

/// The machine and the day, as they stand under a picture.
pub(crate) fn made_here_and_today() -> String {
    let day = OffsetDateTime::now_utc().date();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{}, {cores} cores, {}, {day}", processor(), std::env::consts::OS)
}

/// The name of the processor where the system tells it.
fn processor() -> String {
    let known = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = known.lines().find_map(|line| line.strip_prefix("model name")).and_then(|it| it.split_once(':'));
    name.map_or(std::env::consts::ARCH, |(_, name)| name.trim()).replace(['<', '&'], " ")
}

#[cfg(test)]
mod tests {
    use super::described;

    #[test]
    fn a_picture_has_words() {
        let picture = described("<svg width=\"1\">\n<rect/>\n</svg>", "a title", "what it shows");
        assert!(picture.starts_with("<svg width=\"1\" role=\"img\""), "{picture}");
        assert!(picture.contains("<title id=\"title\">a title</title>"), "{picture}");
        assert!(picture.ends_with("<rect/>\n</svg>"), "{picture}");
    }
}
