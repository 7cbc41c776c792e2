//! Words that must not stay in a program, and words that need a reason.

use super::Finding;
use super::source::{Source, identifier, is_word, words};

/// Left behind by unfinished work; also in tests.
const LEFTOVERS: [&str; 3] = ["todo", "unimplemented", "dbg"];
/// Where `unsafe` may stand: a kernel or the loop over a plan may need it, nothing else.
const UNSAFE_FLOORS: [&str; 2] = ["crates/chainrule/src/numeric", "crates/chainrule/src/run"];
/// A reason shorter than this says nothing.
const REASON: usize = 12;

pub fn check(source: &Source) -> Vec<Finding> {
    let mut findings = leftovers(source);
    findings.extend(unwraps(source));
    findings.extend(expects(source));
    findings.extend(unsafes(source));
    findings
}

fn leftovers(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for word in LEFTOVERS {
        let calls = words(&source.code, word).filter(|at| source.code[at + word.len()..].starts_with('!'));
        findings.extend(calls.map(|at| source.finding(at, "words", format!("`{word}!` is left behind"))));
    }
    let ignored = source.code.match_indices("#[ignore");
    findings.extend(ignored.map(|(at, _)| source.finding(at, "words", "a test that does not run")));
    for (at, _) in source.text.match_indices("```ignore") {
        let line = source.line(source.line_of(at)).trim_start();
        if line.starts_with("///") || line.starts_with("//!") {
            findings.push(source.finding(at, "words", "an example that does not run"));
        }
    }
    findings
}

fn unwraps(source: &Source) -> Vec<Finding> {
    let calls = source.code.match_indices(".unwrap()").filter(|&(at, _)| !source.is_test(at));
    let what = "`unwrap` hides its reason; hint: pass the error on, or `expect` with the invariant";
    calls.map(|(at, _)| source.finding(at + 1, "words", what)).collect()
}

/// `expect` must say why it can't fail: in its message, or in a comment beside or above it.
fn expects(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, call) in source.code.match_indices(".expect(") {
        // A method of the type itself, such as a parser's `self.expect("(")`, is not Option's or Result's.
        let is_own = words(&source.code[..at], "self").last().is_some_and(|word| word + 4 == at);
        if is_own || source.is_test(at) {
            continue;
        }
        let message = source.text[at + call.len()..].trim_start();
        // What is no literal is another method, or a message composed elsewhere.
        let Some(message) = message.strip_prefix('"') else {
            continue;
        };
        let length = message.find('"').unwrap_or(0);
        if length < REASON && !has_comment(source, at) {
            let what = format!("`expect` needs the invariant in its message, {REASON} letters at least");
            findings.push(source.finding(at + 1, "words", what));
        }
    }
    findings
}

fn has_comment(source: &Source, at: usize) -> bool {
    let line = source.line_of(at);
    [line - 1, line].iter().any(|&line| {
        let comment = source.line(line).split_once("//").map_or("", |(_, comment)| comment);
        comment.trim().len() >= REASON
    })
}

fn unsafes(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_allowed = UNSAFE_FLOORS.iter().any(|floor| {
        let rest = source.path.strip_prefix(floor);
        rest.is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
    });
    for at in words(&source.code, "unsafe") {
        if is_pointer_type(&source.code[at + "unsafe".len()..]) {
            continue;
        }
        // A test may need it, to count allocations for instance, but never without the comment.
        if !is_allowed && !source.is_test(at) {
            findings.push(source.finding(at, "words", "`unsafe` outside the numeric and run floors"));
        } else if !has_safety(source, source.line_of(at)) {
            let what = "`unsafe` without a `// SAFETY:` or `# Safety` comment in the 3 lines above";
            findings.push(source.finding(at, "words", what));
        }
    }
    findings
}

/// `unsafe fn(T)` and `unsafe extern "C" fn(T)` name a type and do nothing.
fn is_pointer_type(rest: &str) -> bool {
    let rest = rest.trim_start();
    let rest = match rest.strip_prefix("extern") {
        Some(rest) => rest.trim_start_matches(|letter: char| letter == '"' || letter.is_whitespace()),
        None => rest,
    };
    identifier(rest) == "fn" && !rest[2..].trim_start().starts_with(|letter: char| is_word(letter as u8))
}

/// On the line itself, in the 3 lines above, or in the comments and attributes right above them.
fn has_safety(source: &Source, line: usize) -> bool {
    let is_safety = |line: &str| {
        let comment = line.split_once("//").map_or("", |(_, comment)| comment);
        comment.contains("SAFETY:") || comment.contains("# Safety")
    };
    let near = line.saturating_sub(3);
    if (near..=line).any(|number| is_safety(source.line(number))) {
        return true;
    }
    let mut above = line.saturating_sub(1);
    while above > 0 && ["//", "#["].iter().any(|start| source.line(above).trim_start().starts_with(start)) {
        if is_safety(source.line(above)) {
            return true;
        }
        above -= 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<(usize, String)> {
        let findings = check(&Source::new(path.to_string(), text.to_string()));
        findings.into_iter().map(|finding| (finding.line, finding.what)).collect()
    }

    fn lines(text: &str) -> Vec<usize> {
        found("crates/nn/src/a.rs", text).into_iter().map(|(line, _)| line).collect()
    }

    #[test]
    fn leftovers_are_found_everywhere() {
        assert_eq!(lines("fn a() {\n    todo!()\n}"), [2]);
        assert_eq!(lines("fn a() { unimplemented!(\"later\") }"), [1]);
        assert_eq!(lines("fn a() { dbg!(x); }"), [1]);
        assert_eq!(lines("#[test]\n#[ignore]\nfn a() { todo!() }"), [3, 2]);
        assert_eq!(lines("#[ignore = \"slow\"]\nfn a() {}"), [1]);
        assert_eq!(lines("/// ```ignore\n/// x\n/// ```\nfn a() {}"), [1]);
        assert_eq!(lines("// todo!()\nfn todo() { mytodo!(\"dbg!\") }"), []);
    }

    #[test]
    fn unwraps_are_found_outside_tests() {
        assert_eq!(lines("fn a() { b()\n    .unwrap(); c().unwrap_or(0) }"), [2]);
        assert_eq!(lines("#[cfg(test)]\nmod tests { fn a() { b().unwrap() } }"), []);
        assert_eq!(found("crates/nn/tests/a.rs", "fn a() { b().unwrap() }"), []);
    }

    #[test]
    fn expect_wants_an_invariant() {
        assert_eq!(lines("fn a() { b().expect(\"fits\") }"), [1]);
        assert_eq!(lines("fn a() {\n    b()\n        .expect(\n            \"fits\",\n        )\n}"), [3]);
        assert_eq!(lines("fn a() { b().expect(\"the builder was pushed above\") }"), []);
        assert_eq!(lines("fn a() {\n    // the builder was pushed above\n    b().expect(\"fits\")\n}"), []);
        assert_eq!(lines("fn a() {\n    b().expect(\"fits\") // the builder was pushed above\n}"), []);
        assert_eq!(lines("fn a() { self.expect(\"(\")?; parser.expect(Token::Open) }"), []);
        assert_eq!(lines("fn a() { myself.expect(\"fits\") }"), [1]);
    }

    #[test]
    fn unsafe_stays_on_its_floors() {
        let text = "// SAFETY: the slices have equal lengths\nfn a() { unsafe { b() } }";
        for path in
            ["crates/chainrule/src/gates/a.rs", "crates/chainrule/src/running/a.rs", "crates/nn/src/a.rs"]
        {
            assert!(found(path, text)[0].1.contains("outside the numeric and run floors"), "{path}");
        }
        for path in
            ["crates/chainrule/src/numeric/a.rs", "crates/chainrule/src/run.rs", "crates/nn/tests/a.rs"]
        {
            assert_eq!(found(path, text), [], "{path}");
        }
    }

    #[test]
    fn unsafe_wants_a_safety_comment() {
        let lines = |text: &str| -> Vec<usize> {
            found("crates/chainrule/src/run/a.rs", text).into_iter().map(|(line, _)| line).collect()
        };
        assert_eq!(lines("fn a() {\n    unsafe { b() }\n}"), [2]);
        assert_eq!(lines("// SAFETY: far away\n\n\n\nfn a() { unsafe { b() } }"), [5]);
        assert_eq!(lines("unsafe fn a() {}"), [1]);
        assert_eq!(lines("/// # Safety\n/// One.\n/// Two.\n/// Three.\n#[inline]\nunsafe fn a() {}"), []);
        assert_eq!(lines("type F = unsafe fn(u8);\ntype G = unsafe extern \"C\" fn(u8);"), []);
        assert_eq!(lines("#![allow(unsafe_code)]\nlet unsafe_name = \"unsafe\";"), []);
    }
}
