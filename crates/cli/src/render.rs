//! Mistakes as people read them: what is wrong, the place underlined, what to do.

use crate::failure::Failure;
use crate::output;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use anstyle::{AnsiColor, Style};
use chainrule::{Mistake, Place};
use std::path::Path;

/// Prints mistakes on standard error; with colours on a terminal.
pub fn failure(failure: &Failure) {
    texts(failure).iter().for_each(|text| output::tell(text));
}

/// Each mistake as a text, with colours.
pub fn texts(failure: &Failure) -> Vec<String> {
    let text = |(mistake, origin): (&Mistake, Option<&Path>)| {
        render(mistake, origin.map(|path| path.display().to_string()).as_deref())
    };
    failure.mistakes().map(text).collect()
}

/// Prints what may be a mistake, and may be meant.
pub fn warning(mistake: &Mistake) {
    let yellow = AnsiColor::BrightYellow.on_default().bold();
    output::tell(&plain(mistake, "warning", yellow));
}

fn render(mistake: &Mistake, origin: Option<&str>) -> String {
    let Place::Text { span, source } = &mistake.place else {
        return plain(mistake, "error", AnsiColor::BrightRed.on_default().bold());
    };
    let title = Level::ERROR.primary_title(format!("{}{}", speaker(mistake), mistake.what));
    // The renderer asserts that spans lie within the text, on letters.
    let from = floor(source, span.start as usize);
    let to = floor(source, span.end as usize).max(from);
    let snippet = Snippet::source(source.as_ref()).fold(true);
    let snippet = match origin {
        Some(path) => snippet.path(path),
        None => snippet,
    };
    let mut group = title.element(snippet.annotation(AnnotationKind::Primary.span(from..to)));
    if let Some(hint) = &mistake.hint {
        group = group.element(Level::HELP.with_name("hint").message(hint.as_str()));
    }
    Renderer::styled().render(&[group])
}

/// A mistake that is in no text, in the same style.
fn plain(mistake: &Mistake, level: &str, colour: Style) -> String {
    let bold = Style::new().bold();
    let what = format!("{}{}{}", mistake.place, speaker(mistake), mistake.what);
    let hint = mistake.hint.iter().map(|hint| format!("\n  = {bold}hint{bold:#}: {hint}"));
    format!("{colour}{level}{colour:#}{bold}: {what}{bold:#}{}", hint.collect::<String>())
}

fn speaker(mistake: &Mistake) -> String {
    if mistake.gate.is_empty() { String::new() } else { format!("{}: ", mistake.gate) }
}

/// The last letter boundary at or before a byte.
fn floor(text: &str, byte: usize) -> usize {
    let mut at = byte.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
