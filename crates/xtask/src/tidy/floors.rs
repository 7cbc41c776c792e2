//! The floors of the engine: imports point downward.

use super::Finding;
use super::source::{Source, closing, identifier, is_word, words};

const ENGINE: &str = "crates/chainrule/src/";

/// Each module of the engine and its floor.
const FLOORS: [(&str, u8); 11] = [
    ("base", 0),
    ("numeric", 0),
    ("circuit", 1),
    ("gates", 2),
    ("functions", 2),
    ("transform", 3),
    ("reference", 3),
    ("formula", 3),
    ("plan", 4),
    ("run", 5),
    ("api", 6),
];
const TOP: u8 = 6;

/// Who may import whom on the same floor.
const SIBLINGS: [(&str, &str); 2] = [("numeric", "base"), ("functions", "gates")];

/// The module of the engine that the path belongs to: its first folder or file.
pub fn module_of(path: &str) -> Option<&str> {
    let inside = path.strip_prefix(ENGINE)?;
    let first = inside.split('/').next().unwrap_or(inside);
    Some(first.strip_suffix(".rs").unwrap_or(first))
}

pub fn check(source: &Source) -> Vec<Finding> {
    let Some(own) = module_of(&source.path).filter(|&module| module != "lib") else {
        return Vec::new();
    };
    if source.is_all_test() {
        return Vec::new();
    }
    let Some(floor) = floor_of(own) else {
        let what = format!("`{own}` has no floor; hint: put it on one, or add it to FLOORS in xtask");
        return vec![source.finding(0, "floors", what)];
    };
    let mut findings = Vec::new();
    for (at, target) in imports(source) {
        if source.is_test(at) || target == own {
            continue;
        }
        let Some(below) = floor_of(target) else {
            // The crate's root names things of all floors. On the top floor that hides nothing.
            if floor < TOP {
                let what = format!(
                    "`{target}` is named through the crate's root; hint: name its floor, as in `crate::base`"
                );
                findings.push(source.finding(at, "floors", what));
            }
            continue;
        };
        if below >= floor && !SIBLINGS.contains(&(own, target)) {
            let what = format!("`{own}` (floor {floor}) must not import `{target}` (floor {below})");
            findings.push(source.finding(at, "floors", what));
        }
    }
    findings
}

fn floor_of(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|&(_, floor)| floor)
}

/// What the source names at the crate's root, by `crate::` or by as many `super::` as lead there.
fn imports(source: &Source) -> Vec<(usize, &str)> {
    let code = &source.code;
    let mut found = Vec::new();
    for at in words(code, "crate") {
        // `pub(in crate::x)` says who may see an item and imports nothing.
        let is_visibility = code[..at].trim_end().ends_with("(in");
        if code[at..].starts_with("crate::") && !is_visibility {
            found.extend(heads(code, at + "crate::".len()));
        }
    }
    let modules = source.inline_modules();
    for at in words(code, "super") {
        let continues = code[..at].trim_end().ends_with("::");
        let steps = code[at..].split("::").take_while(|part| part.trim() == "super").count();
        let depth = depth_of(&source.path) + modules.iter().filter(|module| module.contains(&at)).count();
        if !continues && steps > 0 && steps == depth {
            let end =
                code[at..].match_indices("::").nth(steps - 1).map_or(code.len(), |(end, _)| at + end + 2);
            found.extend(heads(code, end));
        }
    }
    found
}

/// How many modules lead to the file: 1 for `base/mod.rs`, 2 for `base/shape.rs`.
fn depth_of(path: &str) -> usize {
    let inside = path.strip_prefix(ENGINE).unwrap_or(path);
    inside.split('/').count() - usize::from(inside.ends_with("/mod.rs"))
}

/// The first names behind a path's root: one, or each of a group in braces. Macros live at the root and are let be.
fn heads(code: &str, start: usize) -> Vec<(usize, &str)> {
    let mut starts = Vec::new();
    let skip = |at: usize| at + code[at..].len() - code[at..].trim_start().len();
    let first = skip(start);
    if code[first..].starts_with('{') {
        let (end, mut at) = (closing(code, first), first + 1);
        starts.push(skip(at));
        while at < end {
            match code.as_bytes()[at] {
                b'{' => at = closing(code, at),
                b',' => starts.push(skip(at + 1)),
                _ => {}
            }
            at += 1;
        }
    } else {
        starts.push(first);
    }
    let named = starts.into_iter().map(|at| {
        let name = if code[at..].starts_with('*') { &code[at..=at] } else { identifier(&code[at..]) };
        (at, name)
    });
    named.filter(|&(at, name)| !name.is_empty() && !is_macro(&code[at + name.len()..])).collect()
}

fn is_macro(rest: &str) -> bool {
    rest.starts_with('!') && !rest[1..].starts_with(|letter: char| letter == '=' || is_word(letter as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whats(path: &str, text: &str) -> Vec<String> {
        let source = Source::new(format!("{ENGINE}{path}"), text.to_string());
        check(&source).into_iter().map(|finding| format!("{}: {}", finding.line, finding.what)).collect()
    }

    #[test]
    fn downward_is_fine() {
        assert!(whats("api/a.rs", "use crate::{base::Shape, run, plan::{Plan, Step}};").is_empty());
        assert!(whats("plan/mod.rs", "use crate::circuit::Circuit;\nuse super::base::Shape;").is_empty());
        assert!(whats("numeric/a.rs", "use crate::base::Shape;").is_empty());
        assert!(whats("functions/a.rs", "fn f() { crate::gates::constant(0.0) }").is_empty());
        assert!(whats("gates/a.rs", "use super::support::batch;\nuse crate::gates::support;").is_empty());
        assert!(whats("lib.rs", "pub use crate::api::trace;").is_empty());
        let other = Source::new("crates/nn/src/a.rs".to_string(), "use crate::api;".to_string());
        assert_eq!(check(&other), []);
    }

    #[test]
    fn upward_is_found_in_every_form() {
        assert_eq!(
            whats("circuit/a.rs", "\nuse crate::gates::MUL;"),
            ["2: `circuit` (floor 1) must not import `gates` (floor 2)"]
        );
        assert_eq!(whats("plan/a.rs", "use crate::{base::Shape, run::Workspace, api};").len(), 2);
        assert_eq!(whats("gates/a.rs", "fn f() -> crate::plan::Plan {}").len(), 1);
        assert_eq!(whats("gates/a.rs", "fn f() { use super::super::plan::Plan; }").len(), 1);
        assert_eq!(whats("reference.rs", "use super::run::execute;").len(), 1);
        assert_eq!(whats("gates/a.rs", "mod b { use super::super::super::run; }").len(), 1);
        assert_eq!(whats("gates/a.rs", "pub use crate::run;").len(), 1);
    }

    #[test]
    fn siblings_have_an_order() {
        assert_eq!(whats("base/a.rs", "use crate::numeric::add;").len(), 1);
        assert_eq!(whats("gates/a.rs", "use crate::functions::gelu;").len(), 1);
        assert_eq!(whats("formula/a.rs", "use crate::reference::run;").len(), 1);
    }

    #[test]
    fn the_root_hides_no_floor() {
        assert_eq!(whats("plan/a.rs", "use crate::Tensor;").len(), 1);
        assert_eq!(whats("plan/a.rs", "use crate::*;").len(), 1);
        assert_eq!(whats("plan/a.rs", "crate::our_macro!(x);"), [""; 0]);
        assert_eq!(whats("api/a.rs", "use crate::Tensor;"), [""; 0]);
    }

    #[test]
    fn a_module_without_a_floor_is_found() {
        assert!(whats("cellar/a.rs", "")[0].contains("`cellar` has no floor"));
    }

    #[test]
    fn tests_and_visibility_import_nothing() {
        assert_eq!(whats("base/a.rs", "#[cfg(test)]\nmod tests { use crate::api::trace; }"), [""; 0]);
        assert_eq!(whats("base/a.rs", "pub(in crate::plan) fn f() {}\npub(super) fn g() {}"), [""; 0]);
        assert_eq!(whats("base/a.rs", "// crate::api::trace\nconst A: &str = \"crate::api\";"), [""; 0]);
    }
}
