//! The examples of docs/formula.md do what they say.

use super::mistakes;
use crate::formula::Options;
use std::collections::BTreeMap;

#[test]
fn the_examples_of_the_document_are_formulas() {
    let text = include_str!("../../../../../docs/formula.md");
    let dims =
        [("batch", 8), ("features", 3), ("classes", 2)].map(|(name, length)| (name.to_string(), length));
    let options = Options { dims: BTreeMap::from(dims), ..Options::default() };
    let mut seen = 0;
    for block in text.split("```formula\n").skip(1) {
        let source = block.split("```").next().unwrap_or_default();
        assert_eq!(mistakes(source, &options), "", "{source}");
        seen += 1;
    }
    assert!(seen > 5, "the document has examples");
}
