//! `cargo xtask tidy`: the laws of the house that the compiler does not know.
//!
//! Each check is a function over texts, so that its tests can feed it a bad example.

mod files;
mod floors;
mod rooms;
mod size;
mod source;
mod text;
mod words;

use source::Source;
use std::fmt;
use std::path::Path;

/// A text file of the workspace.
pub struct File {
    /// Relative to the workspace, with `/` between the parts.
    pub path: String,
    pub text: String,
}

/// A law that is broken.
#[derive(Debug, PartialEq)]
pub struct Finding {
    pub path: String,
    /// Counted from 1.
    pub line: usize,
    pub rule: &'static str,
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.rule, self.what)
    }
}

/// Prints what it finds; true when there is nothing.
pub fn run(root: &Path) -> Result<bool, String> {
    let files = files::read(root)?;
    if files.is_empty() {
        return Err(format!("no files found under {}", root.display()));
    }
    let findings = check(files);
    for finding in &findings {
        println!("{finding}");
    }
    Ok(findings.is_empty())
}

fn check(files: Vec<File>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = files.iter().flat_map(text::check).collect();
    findings.extend(files.iter().filter_map(size::check_file));
    let is_rust = |file: &File| file.path.ends_with(".rs");
    let mut sources: Vec<Source> =
        files.into_iter().filter(is_rust).map(|file| Source::new(file.path, file.text)).collect();
    mark_tests(&mut sources);
    for source in &sources {
        findings.extend(size::check_functions(source));
        findings.extend(words::check(source));
        findings.extend(floors::check(source));
    }
    findings.extend(rooms::check(&sources));
    findings.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    findings
}

/// Marks files that only tests compile because the module above them says so.
fn mark_tests(sources: &mut [Source]) {
    let modules: Vec<String> = sources.iter().flat_map(Source::test_modules).collect();
    for source in sources {
        let is_below = |module: &String| {
            let rest = source.path.strip_prefix(module.as_str());
            rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        };
        if modules.iter().any(is_below) {
            source.mark_as_test();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_of_all_checks_are_sorted_and_print_on_one_line() {
        let bad = |path: &str, text: &str| File { path: path.to_string(), text: text.to_string() };
        let findings = check(vec![
            bad("docs/z.md", "fine\nends in a blank \n"),
            bad("crates/chainrule/src/base/a.rs", "use crate::plan::Plan;\nfn f() { g().unwrap() }\n"),
            bad("crates/chainrule/src/gates/add.rs", "fn no_gate_here() {}\n"),
        ]);
        let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
        assert_eq!(lines.len(), 4, "{lines:?}");
        assert!(lines[0].starts_with("crates/chainrule/src/base/a.rs:1: floors: "), "{}", lines[0]);
        assert!(lines[1].starts_with("crates/chainrule/src/base/a.rs:2: words: "), "{}", lines[1]);
        assert!(lines[2].starts_with("crates/chainrule/src/gates/add.rs:1: rooms: "), "{}", lines[2]);
        assert!(lines[3].starts_with("docs/z.md:2: text: "), "{}", lines[3]);
    }
    #[test]
    fn files_of_a_test_module_are_tests() {
        let file = |path: &str, text: &str| File { path: path.to_string(), text: text.to_string() };
        let house = |declaration: &str| {
            check(vec![
                file("crates/chainrule/src/lib.rs", declaration),
                file(
                    "crates/chainrule/src/harness/mod.rs",
                    "use crate::api::trace;\nfn f() { g().unwrap() }\n",
                ),
            ])
        };
        assert_eq!(house("#[cfg(test)]\nmod harness;\n"), []);
        assert_eq!(house("mod harness;\n").len(), 2);
    }
}
