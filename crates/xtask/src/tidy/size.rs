//! Laws about length: a file has one purpose, a function fits on a screen.

use super::source::{Source, body_or_end, closing, identifier, words};
use super::{File, Finding};

const FILE: usize = 800;
/// A little above the 70 lines we aim at, so that a comment more is no failure.
const FUNCTION: usize = 75;
/// Files that people write as programs.
const PROGRAMS: [&str; 3] = [".rs", ".ts", ".py"];

pub fn check_file(file: &File) -> Option<Finding> {
    let lines = file.text.lines().count();
    let is_program = PROGRAMS.iter().any(|end| file.path.ends_with(end));
    (is_program && lines > FILE).then(|| {
        let what = format!("{lines} lines, at most {FILE}; hint: divide it by purpose");
        Finding { path: file.path.clone(), line: FILE + 1, rule: "size", what }
    })
}

/// Functions outside tests and macro definitions.
pub fn check_functions(source: &Source) -> Vec<Finding> {
    let macros = source.macros();
    let mut findings = Vec::new();
    for at in words(&source.code, "fn") {
        let name = identifier(source.code[at + 2..].trim_start());
        // Without a name it is a function pointer, as in `fn(f64) -> f64`.
        if name.is_empty() || source.is_test(at) || macros.iter().any(|range| range.contains(&at)) {
            continue;
        }
        let open = body_or_end(&source.code, at);
        if !source.code[open..].starts_with('{') {
            continue;
        }
        let lines = source.line_of(closing(&source.code, open)).saturating_sub(source.line_of(open) + 1);
        if lines > FUNCTION {
            let what = format!("the body of `{name}` has {lines} lines, at most {FUNCTION}; hint: divide it");
            findings.push(source.finding(at, "size", what));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn functions(text: &str) -> Vec<Finding> {
        check_functions(&Source::new("crates/nn/src/a.rs".to_string(), text.to_string()))
    }

    fn function(lines: usize) -> String {
        format!(
            "fn long(x: [u8; 2]) -> [u8; 2]\nwhere\n    A: B,\n{{\n{}}}\n",
            "    f(\"}\");\n".repeat(lines)
        )
    }

    #[test]
    fn long_files_are_found() {
        let file = |path: &str, lines| File { path: path.to_string(), text: "x\n".repeat(lines) };
        assert!(check_file(&file("a.rs", FILE)).is_none());
        assert!(check_file(&file("a.rs", FILE + 1)).is_some());
        assert!(check_file(&file("a.ts", FILE + 1)).is_some());
        assert!(check_file(&file("golden.txt", FILE + 1)).is_none());
    }

    #[test]
    fn long_functions_are_found() {
        assert_eq!(functions(&function(FUNCTION)), []);
        let findings = functions(&format!("fn f();\n{}", function(FUNCTION + 1)));
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].line, 2);
        assert!(findings[0].what.contains("`long` has 76 lines"), "{}", findings[0].what);
    }

    #[test]
    fn tests_and_macros_are_let_be() {
        let long = function(FUNCTION + 1);
        assert_eq!(functions(&format!("#[cfg(test)]\nmod tests {{\n{long}}}\n")), []);
        assert_eq!(functions(&format!("macro_rules! m {{ () => {{\n{long}}} }}\n")), []);
        assert_eq!(functions(&format!("#[test]\n{long}")), []);
    }
}
