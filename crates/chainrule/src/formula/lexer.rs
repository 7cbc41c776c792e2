//! Text to tokens. Newlines inside brackets that are closed mean nothing and are dropped here.

use super::ast::Span;
use super::report::{Report, report};

/// The smallest parts of a formula.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Token<'s> {
    Name(&'s str),
    Number(f64),
    /// A quoted text, without the quotes.
    Text(&'s str),
    /// An operator or bracket.
    Sign(&'static str),
    /// A newline or `;`.
    End,
    /// The end of the source.
    Eof,
    /// In the place of something that was not understood, and reported.
    Bad,
}

/// A token and where it is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Lexeme<'s> {
    pub token: Token<'s>,
    pub span: Span,
}

/// Signs, longer ones first.
const SIGNS: [&str; 27] = [
    "...", "<=", ">=", "==", "!=", "**", "&&", "||", "+", "-", "*", "/", "@", "^", "%", "<", ">", "=", "(",
    ")", "[", "]", "{", "}", ",", ":", "!",
];

/// Signs of other languages, the one they are read as, and what to write.
const FOREIGN: [(&str, &str, &str); 3] = [
    ("**", "^", "powers are written ^"),
    ("&&", "and", "write the word and"),
    ("||", "or", "write the word or"),
];

/// Characters that people paste, the sign they are read as, and what to write instead.
const PASTED: [(char, Option<&str>, &str); 12] = [
    ('×', Some("*"), "write *"),
    ('·', Some("*"), "write *"),
    ('⋅', Some("*"), "write *"),
    ('−', Some("-"), "write -"),
    ('–', Some("-"), "write -"),
    ('÷', Some("/"), "write /"),
    ('≤', Some("<="), "write <="),
    ('≥', Some(">="), "write >="),
    ('²', None, "write ^2"),
    ('³', None, "write ^3"),
    ('“', None, "write \""),
    ('”', None, "write \""),
];

/// The tokens of a source, the last one `Eof`.
pub(super) fn lex<'s>(source: &'s str, reports: &mut Vec<Report>) -> Vec<Lexeme<'s>> {
    let mut lexer = Lexer { source, at: 0, lexemes: Vec::new(), newlines: Vec::new(), reports };
    while lexer.at < source.len() {
        lexer.one();
    }
    let end = Span::new(source.len(), source.len());
    lexer.lexemes.push(Lexeme { token: Token::Eof, span: end });
    let Lexer { lexemes, newlines, .. } = lexer;
    without_inner_newlines(lexemes, &newlines)
}

struct Lexer<'s, 'r> {
    source: &'s str,
    at: usize,
    lexemes: Vec<Lexeme<'s>>,
    /// Which lexemes are newlines.
    newlines: Vec<usize>,
    reports: &'r mut Vec<Report>,
}

impl<'s> Lexer<'s, '_> {
    fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    /// Bytes of the longest start of the rest that `test` accepts.
    fn run(&self, test: impl Fn(char) -> bool) -> usize {
        self.rest().find(|c| !test(c)).unwrap_or(self.rest().len())
    }

    fn push(&mut self, token: Token<'s>, bytes: usize) {
        let span = Span::new(self.at, self.at + bytes);
        self.lexemes.push(Lexeme { token, span });
        self.at += bytes;
    }

    fn complain(&mut self, bytes: usize, what: String, hint: &str) {
        self.reports.push(report(Span::new(self.at, self.at + bytes), what, hint));
    }

    fn one(&mut self) {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return };
        let digit_next = rest[first.len_utf8()..].starts_with(|c: char| c.is_ascii_digit());
        match first {
            '\n' => {
                self.newlines.push(self.lexemes.len());
                self.push(Token::End, 1);
            }
            ';' => self.push(Token::End, 1),
            '#' => self.at += rest.find('\n').unwrap_or(rest.len()),
            '"' | '\'' => self.text(first),
            c if c.is_whitespace() || c == '\u{feff}' => self.at += c.len_utf8(),
            c if c.is_ascii_digit() || c == '.' && digit_next => self.number(),
            c if c.is_alphabetic() || c == '_' => {
                let bytes = self.run(in_name);
                self.push(Token::Name(&rest[..bytes]), bytes);
            }
            _ => match SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
                Some(sign) => self.sign(sign),
                None => self.stray(first),
            },
        }
    }

    fn sign(&mut self, sign: &'static str) {
        let foreign = FOREIGN.into_iter().find(|(from, ..)| *from == sign);
        let token = match foreign {
            Some((_, read_as, hint)) => {
                self.complain(sign.len(), format!("{sign} is no operator"), hint);
                if read_as == "^" { Token::Sign("^") } else { Token::Name(read_as) }
            }
            None if sign == "!" => {
                self.complain(1, "! is no operator".into(), "write the word not");
                Token::Name("not")
            }
            None => Token::Sign(sign),
        };
        self.push(token, sign.len());
    }

    /// One report for a run of the same unknown characters.
    fn stray(&mut self, first: char) {
        let bytes = self.run(|c| c == first);
        let pasted = PASTED.into_iter().find(|(c, ..)| *c == first);
        let hint = pasted.map_or("remove it", |(.., hint)| hint);
        self.complain(bytes, format!("the character {} means nothing here", shown(first)), hint);
        self.push(pasted.and_then(|(_, sign, _)| sign).map_or(Token::Bad, Token::Sign), bytes);
    }

    fn text(&mut self, quote: char) {
        let inside = &self.rest()[1..];
        match inside.find([quote, '\n']).filter(|&end| inside[end..].starts_with(quote)) {
            Some(end) => self.push(Token::Text(&inside[..end]), end + 2),
            None => {
                let bytes = self.run(|c| c != '\n');
                self.complain(bytes, "the quotation is not closed".into(), &format!("end it with {quote}"));
                self.push(Token::Bad, bytes);
            }
        }
    }

    fn number(&mut self) {
        let rest = self.rest();
        let good = number_length(rest);
        // Whatever hangs on to it belongs to it: 1.2.3 and 2x are one mistake, not two numbers.
        let tail = rest[good..].find(|c: char| !(in_name(c) || c == '.'));
        let bytes = good + tail.unwrap_or(rest.len() - good);
        let bytes = if rest[good..].starts_with("...") { good } else { bytes };
        let text = &rest[..bytes];
        let value = text.parse::<f64>().ok().filter(|_| bytes == good);
        match value {
            Some(value) if value.is_finite() => self.push(Token::Number(value), bytes),
            Some(_) => {
                self.complain(
                    bytes,
                    format!("{text} is larger than any f64"),
                    "the largest is about 1.8e308",
                );
                self.push(Token::Bad, bytes);
            }
            None => {
                let times = rest[good..].starts_with(|c: char| c.is_alphabetic() || c == '_');
                let hint = match times {
                    true => format!("to multiply, write {}*{}", &rest[..good], &text[good..]),
                    false => "numbers look like 2, 0.5 or 1e-3".to_string(),
                };
                self.complain(bytes, format!("{text} is not a number"), &hint);
                self.push(Token::Bad, bytes);
            }
        }
    }
}

/// What a name goes on with. Digits of other scripts and raised ones are no part of names.
fn in_name(c: char) -> bool {
    c.is_alphabetic() || c.is_ascii_digit() || c == '_'
}

/// Bytes of the number that a text starts with: digits, a point and digits, an exponent.
fn number_length(text: &str) -> usize {
    let digits =
        |from: usize| text[from..].find(|c: char| !c.is_ascii_digit()).map_or(text.len(), |n| from + n);
    let mut end = digits(0);
    if text[end..].starts_with('.') && !text[end..].starts_with("..") {
        end = digits(end + 1);
    }
    if text[end..].starts_with(['e', 'E']) {
        let sign = usize::from(text[end + 1..].starts_with(['+', '-']));
        let exponent = digits(end + 1 + sign);
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    end
}

/// A character as a report shows it.
fn shown(c: char) -> String {
    if c.is_control() { format!("U+{:04X}", c as u32) } else { c.to_string() }
}

/// For each opening bracket that is closed, where; all else is None.
pub(super) fn partners(lexemes: &[Lexeme<'_>]) -> Vec<Option<usize>> {
    const KINDS: [(&str, &str); 3] = [("(", ")"), ("[", "]"), ("{", "}")];
    let mut partners = vec![None; lexemes.len()];
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut counts = [0usize; 3];
    for (at, lexeme) in lexemes.iter().enumerate() {
        let Token::Sign(sign) = lexeme.token else { continue };
        if let Some(kind) = KINDS.iter().position(|(opener, _)| *opener == sign) {
            open.push((kind, at));
            counts[kind] += 1;
        } else if let Some(kind) = KINDS.iter().position(|(_, closer)| *closer == sign) {
            // Brackets of another kind that are still open in between are never closed. The count keeps this linear.
            while counts[kind] > 0 {
                let Some((popped, opener)) = open.pop() else { break };
                counts[popped] -= 1;
                if popped == kind {
                    partners[opener] = Some(at);
                    break;
                }
            }
        }
    }
    partners
}

/// Drops the newlines between ( and ) and between [ and ]. Those between { and } end the statements of a body, and those
/// after a bracket that is never closed end the binding with the mistake.
fn without_inner_newlines<'s>(lexemes: Vec<Lexeme<'s>>, newlines: &[usize]) -> Vec<Lexeme<'s>> {
    let partners = partners(&lexemes);
    let mut is_newline = vec![false; lexemes.len()];
    newlines.iter().for_each(|&at| is_newline[at] = true);
    let mut kept = Vec::with_capacity(lexemes.len());
    // Closed brackets around the token: whether newlines count there, and where they end.
    let mut around: Vec<(bool, usize)> = Vec::new();
    for (at, lexeme) in lexemes.into_iter().enumerate() {
        if around.last().is_some_and(|&(_, end)| end == at) {
            around.pop();
        }
        if let Some(end) = partners[at] {
            around.push((lexeme.token == Token::Sign("{"), end));
        }
        let counts = around.last().is_none_or(|&(counts, _)| counts);
        if counts || !is_newline[at] {
            kept.push(lexeme);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(source: &str) -> Vec<Token<'_>> {
        let mut reports = Vec::new();
        let lexemes = lex(source, &mut reports);
        assert!(reports.is_empty(), "{reports:?}");
        lexemes.into_iter().map(|l| l.token).collect()
    }

    #[test]
    fn numbers_take_points_and_exponents() {
        use Token::{Eof, Name, Number, Sign};
        assert_eq!(
            tokens("1 2.5 1e-3 .5 3. 2E+2"),
            [Number(1.0), Number(2.5), Number(1e-3), Number(0.5), Number(3.0), Number(200.0), Eof]
        );
        assert_eq!(tokens("1:2..."), [Number(1.0), Sign(":"), Number(2.0), Sign("..."), Eof]);
        assert_eq!(tokens("w0_a <= b"), [Name("w0_a"), Sign("<="), Name("b"), Eof]);
    }

    #[test]
    fn newlines_count_outside_of_closed_brackets_only() {
        let ends = |source| tokens(source).iter().filter(|t| **t == Token::End).count();
        assert_eq!(ends("a\nb"), 1);
        assert_eq!(ends("f(a,\n b)\n"), 1);
        assert_eq!(ends("f(a,\n b\n"), 2);
        assert_eq!(ends("stage f(x) {\n h = (x\n + 1)\n h }"), 2);
        assert_eq!(ends("(a]\nb"), 1);
        assert_eq!(ends("a # b ; c\n; d"), 2);
    }

    #[test]
    fn many_wrong_brackets_take_linear_time() {
        let text = "(".repeat(200_000) + &"]".repeat(200_000);
        assert!(partners(&lex(&text, &mut Vec::new())).iter().all(Option::is_none));
    }
}
