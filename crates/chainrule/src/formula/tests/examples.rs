//! The examples of docs/formula.md do what they say.

use super::mistakes;
use crate::formula::Options;

#[test]
fn the_examples_of_the_document_are_formulas() {
    let text = include_str!("../../../../../docs/formula.md");
    let mut seen = 0;
    for block in text.split("```formula\n").skip(1) {
        let source = block.split("```").next().unwrap_or_default();
        assert_eq!(mistakes(source, &Options::default()), "", "{source}");
        seen += 1;
    }
    assert!(seen > 5, "the document has examples");
}
