//! What a cell holds: a number, a class, a category, or nothing.

/// Words that people write where a value is missing.
const MISSING: [&str; 7] = ["", "na", "n/a", "null", "none", "?", "-"];

/// What is wrong with a cell, and what to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Wrong {
    pub kind: Kind,
    pub what: String,
    pub hint: &'static str,
}

/// Why a cell is no number or no class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Missing,
    /// Something that is no number.
    Text,
    /// NaN or infinite.
    NotFinite,
    /// A number that can't be used.
    Unfit,
    /// A class or category that training has not seen.
    Unknown,
}

impl Wrong {
    pub fn new(kind: Kind, what: String, hint: &'static str) -> Wrong {
        Wrong { kind, what, hint }
    }
}

/// Whether a cell says that there is no value.
pub fn is_missing(cell: &str) -> bool {
    let cell = cell.trim();
    MISSING.iter().any(|word| cell.eq_ignore_ascii_case(word))
}

/// A feature that is a number.
pub fn number(cell: &str) -> Result<f32, Wrong> {
    let cell = cell.trim();
    if is_missing(cell) {
        return Err(missing(cell, "fill it in, leave the row out, or say --missing mean"));
    }
    let wrong = |kind, what, hint| Err(Wrong::new(kind, what, hint));
    match cell.parse::<f64>() {
        Err(_) => wrong(
            Kind::Text,
            format!("holds the text {:?}, not a number", excerpt(cell)),
            "give numbers, or name it as the label",
        ),
        Ok(value) if !value.is_finite() => {
            let hint = "every feature must be a finite number";
            wrong(Kind::NotFinite, format!("holds {}", excerpt(cell)), hint)
        }
        Ok(value) if !(value as f32).is_finite() => {
            wrong(Kind::Unfit, format!("holds {}, too large for f32", excerpt(cell)), "use another unit")
        }
        Ok(value) => Ok(value as f32),
    }
}

/// A number that is to be predicted.
pub fn target(cell: &str) -> Result<f32, Wrong> {
    let hint = |kind| match kind {
        Kind::Missing => "every row needs its target; leave out rows without one",
        Kind::Text => "targets are numbers; give the column as --label if it holds classes",
        _ => "every target must be a finite number that f32 can hold",
    };
    number(cell).map_err(|wrong| Wrong { hint: hint(wrong.kind), ..wrong })
}

fn missing(cell: &str, hint: &'static str) -> Wrong {
    let what = if cell.is_empty() { "is missing".to_string() } else { format!("is missing: {cell:?}") };
    Wrong::new(Kind::Missing, what, hint)
}

/// The name of a class: text as it is, whole numbers without a fraction.
pub fn class(cell: &str) -> Result<String, Wrong> {
    let cell = cell.trim();
    if is_missing(cell) {
        return Err(missing(cell, "every row needs its label; leave out rows without one"));
    }
    match cell.parse::<f64>() {
        Ok(value) if !value.is_finite() => {
            let what = format!("holds {}", excerpt(cell));
            Err(Wrong::new(Kind::NotFinite, what, "labels are text or whole numbers"))
        }
        Ok(value) if value.fract() != 0.0 => Err(Wrong::new(
            Kind::Unfit,
            format!("holds {}, which is no class", excerpt(cell)),
            "labels are text or whole numbers; is it another column?",
        )),
        _ => Ok(name(cell)),
    }
}

/// The name of a category: as that of a class, but any number is one.
pub fn category(cell: &str) -> Result<String, Wrong> {
    let cell = cell.trim();
    if is_missing(cell) {
        return Err(missing(cell, "fill it in, leave the row out, or say --missing mean"));
    }
    Ok(name(cell))
}

fn name(cell: &str) -> String {
    match cell.parse::<f64>() {
        Ok(value) if value.fract() == 0.0 && value.abs() < 1e15 => format!("{}", value as i64),
        _ => cell.to_string(),
    }
}

/// Names in order: whole numbers by value, before text by letter.
pub fn in_order<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut all: Vec<(Option<i64>, &String)> = names.map(|name| (name.parse().ok(), name)).collect();
    all.sort_by(|(a, x), (b, y)| (a.is_none(), a, x).cmp(&(b.is_none(), b, y)));
    all.into_iter().map(|(_, name)| name.clone()).collect()
}

/// The first letters of a cell: one quote that is never closed makes a cell of the rest of the file.
pub fn excerpt(cell: &str) -> String {
    beginning(cell, 40)
}

/// So many letters of a text, and dots where it goes on.
pub fn beginning(text: &str, letters: usize) -> String {
    match text.char_indices().nth(letters) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_string(),
    }
}

/// The first names of a long list.
pub fn shorten(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown = names.iter().take(SHOWN).map(|name| excerpt(name)).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{shown} and {} more", names.len() - SHOWN) } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_told_apart() {
        let kinds = ["", " N/A ", "four", "NaN", "-inf", "1e39", "1e38"]
            .map(|cell| number(cell).err().map(|wrong| wrong.kind));
        let expected = [
            Some(Kind::Missing),
            Some(Kind::Missing),
            Some(Kind::Text),
            Some(Kind::NotFinite),
            Some(Kind::NotFinite),
            Some(Kind::Unfit),
            None,
        ];
        assert_eq!(kinds, expected);
        assert_eq!(category("2.50"), Ok("2.50".to_string()));
        assert_eq!((category(" 3.0 "), class("1e2")), (Ok("3".to_string()), Ok("100".to_string())));
        assert_eq!(class("2.5").map_err(|w| w.kind), Err(Kind::Unfit));
    }

    #[test]
    fn names_are_ordered_by_value_and_then_by_letter() {
        let names = ["b", "10", "a", "9", "-1"].map(str::to_string);
        assert_eq!(in_order(names.iter()), ["-1", "9", "10", "a", "b"]);
    }
}
