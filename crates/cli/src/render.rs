//! Mistakes as people read them: what is wrong, the place underlined, what to do.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use chainrule::{Mistake, Place};

/// Prints mistakes on standard error; with colours on a terminal.
/// `origin` is the file that a text came from, if it came from one.
pub fn mistakes(mistakes: &[Mistake], origin: Option<&str>) {
    let renderer = Renderer::styled();
    for mistake in mistakes {
        anstream::eprintln!("{}", renderer.render(&[group(mistake, origin)]));
    }
}

fn group<'a>(mistake: &'a Mistake, origin: Option<&'a str>) -> Group<'a> {
    let speaker = if mistake.gate.is_empty() { String::new() } else { format!("{}: ", mistake.gate) };
    let hint = mistake.hint.as_deref();
    let Place::Text { span, source } = &mistake.place else {
        let title = Level::ERROR.primary_title(format!("{}{speaker}{}", mistake.place, mistake.what));
        return with_hint(Group::with_title(title), hint);
    };
    let title = Level::ERROR.primary_title(format!("{speaker}{}", mistake.what));
    // The renderer asserts that spans lie within the text, on letters.
    let from = floor(source, span.start as usize);
    let to = floor(source, span.end as usize).max(from);
    let snippet = Snippet::source(source.as_ref()).fold(true);
    let snippet = match origin {
        Some(path) => snippet.path(path),
        None => snippet,
    };
    let snippet = snippet.annotation(AnnotationKind::Primary.span(from..to));
    with_hint(title.element(snippet), hint)
}

fn with_hint<'a>(group: Group<'a>, hint: Option<&'a str>) -> Group<'a> {
    match hint {
        Some(hint) => group.element(Level::HELP.with_name("hint").message(hint)),
        None => group,
    }
}

/// The last letter boundary at or before a byte.
fn floor(text: &str, byte: usize) -> usize {
    let mut at = byte.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
