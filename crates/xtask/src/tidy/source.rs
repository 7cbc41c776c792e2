//! A Rust source as the checks see it: comments and strings blanked out, tests marked.
//!
//! This is no parser. It knows just enough to not take a brace in a string for a brace.

use super::Finding;
use std::ops::Range;

/// A Rust file.
pub struct Source {
    pub path: String,
    pub text: String,
    /// The text with blanks for what stands in comments, strings and characters; every byte keeps its place.
    pub code: String,
    /// Code that only tests compile.
    tests: Vec<Range<usize>>,
    /// Where each line starts.
    starts: Vec<usize>,
}

impl Source {
    pub fn new(path: String, text: String) -> Source {
        let code = blank(&text);
        let starts = std::iter::once(0).chain(code.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let tests =
            if is_test_path(&path) { std::iter::once(0..code.len()).collect() } else { test_ranges(&code) };
        Source { path, text, code, tests, starts }
    }

    pub fn is_test(&self, at: usize) -> bool {
        self.tests.iter().any(|range| range.contains(&at))
    }

    /// Whether the whole file is a test.
    pub fn is_all_test(&self) -> bool {
        self.tests.contains(&(0..self.code.len()))
    }

    /// Marks the file as a test: the module that declares it does so behind `#[cfg(test)]`.
    pub fn mark_as_test(&mut self) {
        self.tests = std::iter::once(0..self.code.len()).collect();
    }

    /// Modules declared behind `#[cfg(test)]` whose text is in other files, as `folder/name` without ending.
    pub fn test_modules(&self) -> Vec<String> {
        let (folder, file) = self.path.rsplit_once('/').unwrap_or((".", &self.path));
        let folder = match file {
            "mod.rs" | "lib.rs" | "main.rs" => folder.to_string(),
            _ => format!("{folder}/{}", file.trim_end_matches(".rs")),
        };
        let declared = self.tests.iter().filter_map(|range| {
            let item = self.code[range.clone()].rsplit(']').next()?.trim();
            let name = item.rsplit_once("mod ")?.1.trim();
            (identifier(name) == name).then(|| format!("{folder}/{name}"))
        });
        declared.collect()
    }

    /// The number of the line, counted from 1.
    pub fn line_of(&self, at: usize) -> usize {
        self.starts.partition_point(|&start| start <= at)
    }

    /// The text of a line counted from 1; empty outside the file.
    pub fn line(&self, number: usize) -> &str {
        let Some(index) = number.checked_sub(1) else {
            return "";
        };
        let Some(&start) = self.starts.get(index) else {
            return "";
        };
        let end = self.starts.get(index + 1).map_or(self.text.len(), |next| next - 1);
        &self.text[start..end]
    }

    pub fn finding(&self, at: usize, rule: &'static str, what: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line: self.line_of(at), rule, what: what.into() }
    }

    /// Bodies of `macro_rules!`, whose contents are patterns and not yet code.
    pub fn macros(&self) -> Vec<Range<usize>> {
        let heads = words(&self.code, "macro_rules");
        heads
            .filter_map(|at| self.code[at..].find('{').map(|open| at..closing(&self.code, at + open)))
            .collect()
    }

    /// Modules written inside this file: the places between their braces.
    pub fn inline_modules(&self) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for at in words(&self.code, "mod") {
            let rest = &self.code[at + 3..];
            let name = rest.len() - rest.trim_start().len();
            let after = name + identifier(&rest[name..]).len();
            let gap = rest[after..].len() - rest[after..].trim_start().len();
            if after > name && rest[after + gap..].starts_with('{') {
                let open = at + 3 + after + gap;
                found.push(open..closing(&self.code, open));
            }
        }
        found
    }
}

/// Whole files that only tests and benchmarks compile.
fn is_test_path(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.split('/').any(|part| ["tests", "benches", "fuzz"].contains(&part))
}

pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The identifier at the start of the text; empty if there is none.
pub fn identifier(text: &str) -> &str {
    let end = text.bytes().position(|byte| !is_word(byte)).unwrap_or(text.len());
    &text[..end]
}

/// Where the word stands alone.
pub fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let bytes = code.as_bytes();
    code.match_indices(word).map(|(at, _)| at).filter(move |&at| {
        let before = at > 0 && is_word(bytes[at - 1]);
        let after = bytes.get(at + word.len()).is_some_and(|&byte| is_word(byte));
        !before && !after
    })
}

/// The place of the bracket that closes the one at `open`; the end of the text if none does.
pub fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0usize;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    code.len()
}

/// The first `{` or `;` from `start` on that stands in no bracket.
pub fn body_or_end(code: &str, start: usize) -> usize {
    let mut at = start;
    let bytes = code.as_bytes();
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b';' => return at,
            b'(' | b'[' => at = closing(code, at),
            _ => {}
        }
        at += 1;
    }
    code.len()
}

/// Items behind `#[cfg(test)]` or `#[test]`.
fn test_ranges(code: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in code.match_indices('#') {
        let inner = code[at + 1..].starts_with('!');
        let open = at + 1 + usize::from(inner);
        if !code[open..].starts_with('[') {
            continue;
        }
        let close = closing(code, open);
        if !is_test_attribute(&code[open + 1..close]) {
            continue;
        }
        if inner {
            return std::iter::once(0..code.len()).collect();
        }
        let item = body_or_end(code, after_attributes(code, close + 1));
        let end = if code[item..].starts_with('{') { closing(code, item) } else { item };
        found.push(at..end);
    }
    found
}

fn is_test_attribute(attribute: &str) -> bool {
    let attribute: String = attribute.split_whitespace().collect();
    attribute == "test"
        || attribute == "cfg(test)"
        || (attribute.starts_with("cfg(all(")
            && words(&attribute, "test").next().is_some()
            && !attribute.contains("not("))
}

/// The item itself, behind further attributes.
fn after_attributes(code: &str, start: usize) -> usize {
    let mut at = start;
    loop {
        at += code[at..].len() - code[at..].trim_start().len();
        if !code[at..].starts_with("#[") {
            return at;
        }
        at = (closing(code, at + 1) + 1).min(code.len());
    }
}

/// Blanks out comments, and the insides of strings and characters.
fn blank(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let (inside, next) = match bytes[at] {
            b'/' if bytes[at..].starts_with(b"//") => {
                let end = text[at..].find('\n').map_or(bytes.len(), |length| at + length);
                (at..end, end)
            }
            b'/' if bytes[at..].starts_with(b"/*") => {
                let end = comment_end(bytes, at);
                (at..end, end)
            }
            b'"' => string(bytes, at),
            b'\'' => character(text, at),
            // A prefix is no word of its own: `r"..."` and `br#"..."#`, but not `for"` or the end of `attr`.
            b'r' | b'b' | b'c' if at == 0 || !is_word(bytes[at - 1]) => prefixed(text, at),
            _ => (at..at, at + 1),
        };
        for byte in &mut code[inside] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = next;
    }
    // Whole characters were blanked out byte by byte, so what is left is still UTF-8.
    String::from_utf8_lossy(&code).into_owned()
}

fn comment_end(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    at
}

/// The inside of the string whose quote is at `quote`, and where the code goes on.
fn string(bytes: &[u8], quote: usize) -> (Range<usize>, usize) {
    let mut at = quote + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    let end = at.min(bytes.len());
    (quote + 1..end, (end + 1).min(bytes.len()))
}

/// A character, or nothing if the quote begins a lifetime.
fn character(text: &str, quote: usize) -> (Range<usize>, usize) {
    let rest = &text[quote + 1..];
    let mut letters = rest.char_indices();
    let first = letters.next().map(|(_, letter)| letter);
    let end = match first {
        // The escaped character itself may be a quote, so the search begins behind it.
        Some('\\') => rest.get(2..).and_then(|rest| rest.find('\'')).map(|end| end + 2),
        Some(_) => letters.next().filter(|&(_, letter)| letter == '\'').map(|(end, _)| end),
        None => None,
    };
    match end {
        Some(end) => (quote + 1..quote + 1 + end, quote + 2 + end),
        None => (quote..quote, quote + 1),
    }
}

/// Raw, byte and C strings, whose prefix is at `start`; one byte of code if it is none.
fn prefixed(text: &str, start: usize) -> (Range<usize>, usize) {
    let word = identifier(&text[start..]);
    let after = start + word.len();
    let rest = &text[after..];
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    let is_quoted = rest[hashes..].starts_with('"');
    match word {
        "r" | "br" | "cr" if is_quoted => {
            let (inside, end) = (after + hashes + 1, format!("\"{}", "#".repeat(hashes)));
            let length = text[inside..].find(&end).unwrap_or(text.len() - inside);
            (inside..inside + length, (inside + length + end.len()).min(text.len()))
        }
        "b" | "c" if is_quoted && hashes == 0 => string(text.as_bytes(), after),
        "b" if rest.starts_with('\'') => character(text, after),
        _ => (start..start, after),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::new("crates/chainrule/src/base/a.rs".to_string(), text.to_string())
    }

    #[test]
    fn comments_and_strings_are_blank_and_all_else_keeps_its_place() {
        let text = "a /* { /* { */ } */ b // {\nc \"{ \\\" {\" d r#\"{\"{\"# e '{' f<'a> b'{' '\\'' g b\"{\" h '\u{e9}' r#type i";
        let code = blank(text);
        assert_eq!(code.len(), text.len());
        assert!(!code.contains('{') && !code.contains('}'), "{code}");
        for word in ["a", "b", "c", "d", "e", "f", "g", "h", "i"] {
            assert!(words(&code, word).next().is_some(), "{word} is lost: {code}");
        }
        assert!(code.contains("<'a>"));
        assert_eq!(code.find('\n'), text.find('\n'));
    }

    #[test]
    fn tests_are_marked_and_nothing_behind_them() {
        let one = source(
            "fn a() {}\n#[cfg(test)]\n#[allow(x)]\nmod tests { fn b() {} }\nfn c() {}\n#[test]\nfn d() { e() }\n",
        );
        let at = |word| words(&one.code, word).next().unwrap();
        assert!(!one.is_test(at("a")) && !one.is_test(at("c")));
        assert!(one.is_test(at("b")) && one.is_test(at("e")));
        let other = source("#[cfg(test)]\nuse x::{y, z};\n#[cfg(not(test))]\nfn f() {}\n");
        assert!(other.is_test(other.code.find('y').unwrap()));
        assert!(!other.is_test(other.code.find("f()").unwrap()));
    }

    #[test]
    fn test_files_are_tests_throughout() {
        for path in ["crates/chainrule/tests/a.rs", "crates/chainrule/src/base/tests.rs"] {
            assert!(Source::new(path.to_string(), "fn a() {}".to_string()).is_test(0), "{path}");
        }
    }

    #[test]
    fn modules_in_other_files_are_named() {
        let text = "mod a;\n#[cfg(test)]\nmod harness;\n#[cfg(test)]\n#[macro_use]\npub(crate) mod more;\n\
                    #[cfg(test)]\nmod tests { mod x; }\n#[cfg(test)]\nuse y;\n";
        let of = |path: &str| Source::new(path.to_string(), text.to_string()).test_modules();
        assert_eq!(of("src/lib.rs"), ["src/harness", "src/more"]);
        assert_eq!(of("src/base/mod.rs"), ["src/base/harness", "src/base/more"]);
        assert_eq!(of("src/base.rs"), ["src/base/harness", "src/base/more"]);
    }

    #[test]
    fn lines_count_from_one() {
        let source = source("a\nbb\n");
        assert_eq!((source.line_of(0), source.line_of(2), source.line_of(3)), (1, 2, 2));
        assert_eq!((source.line(1), source.line(2), source.line(9), source.line(0)), ("a", "bb", "", ""));
    }

    #[test]
    fn unfinished_text_is_read_to_its_end() {
        for text in
            ["\"open", "/* open", "r#\"open", "'", "'\\", "fn f() {", "#[cfg(test)]", "#[", "b'", "\"\\"]
        {
            assert_eq!(source(text).code.len(), text.len(), "{text}");
        }
    }
}
