//! Mistakes on their way to a [`Diagnostic`]: with a place in the text, before the text is attached.

use super::ast::Span;
use crate::base::{Diagnostic, Mistake};
use crate::circuit::{self, Fault};
use std::sync::Arc;

/// One mistake in a formula.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Report {
    pub span: Span,
    /// The function that noticed it.
    pub gate: String,
    pub what: String,
    /// What to do; may be empty.
    pub hint: String,
}

/// Who speaks where no gate does.
pub(super) const FORMULA: &str = "formula";

/// A mistake in the language itself.
pub(super) fn report(span: Span, what: impl Into<String>, hint: impl Into<String>) -> Report {
    Report { span, gate: FORMULA.into(), what: what.into(), hint: hint.into() }
}

impl Report {
    /// With the text that its place points into.
    pub fn mistake(self, source: &Arc<str>) -> Mistake {
        let mistake = Mistake::new(self.span.site().place(Some(source)), self.gate, self.what);
        if self.hint.is_empty() { mistake } else { mistake.hint(self.hint) }
    }

    /// Hands it to the circuit that is being recorded.
    pub fn record(self) {
        circuit::at_site(self.span.site(), || circuit::mistake(&self.gate, Fault::new(self.what, self.hint)));
    }
}

/// All of them in the order of the text; None if there are none.
pub(super) fn diagnostic(mut reports: Vec<Report>, source: &Arc<str>) -> Option<Diagnostic> {
    reports.sort_by_key(|r| r.span.from);
    reports.dedup();
    Diagnostic::from_all(reports.into_iter().map(|r| r.mistake(source)).collect())
}

/// Where a byte is, for hints that point at a second place: `line:column`.
pub(super) fn position(source: &str, byte: u32) -> String {
    let before = source.get(..byte as usize).unwrap_or(source);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.bytes().filter(|&b| b == b'\n').count() + 1;
    format!("{line}:{}", before[start..].chars().count() + 1)
}
