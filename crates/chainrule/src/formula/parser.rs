//! Tokens to statements. Expressions are in `expression.rs`.
//!
//! A mistake is reported once and parsing goes on: inside an expression where what was meant is clear, else with the next
//! statement.

use super::ast::{Bind, Declaration, Dim, DimExpr, Expr, Item, Kind, Name, Span, StageDef};
use super::lexer::{Lexeme, Token, lex, partners};
use super::params::{self, Init};
use super::report::{Report, report};
use super::suggest::did_you_mean;
use crate::base::DType;

/// The rest of the statement makes no sense any more; why was reported.
pub(super) struct Skip;

pub(super) type Parse<T> = Result<T, Skip>;

/// The statements of a source and every mistake in them.
pub(super) fn parse(source: &str) -> (Vec<Item>, Vec<Report>) {
    let mut reports = Vec::new();
    let lexemes = lex(source, &mut reports);
    let partners = partners(&lexemes);
    let mut parser = Parser { lexemes, partners, at: 0, depth: 0, hole: None, reports };
    let mut items = Vec::new();
    loop {
        parser.skip_ends();
        if parser.peek() == Token::Eof {
            return (items, parser.reports);
        }
        let start = parser.at;
        match parser.statement() {
            Ok(item) => items.push(item),
            Err(Skip) => {
                items.extend(parser.salvage(start));
                parser.recover(start, false);
            }
        }
    }
}

/// A binding of something that was not understood.
fn hole(name: Name) -> Bind {
    let span = name.span;
    Bind { name: Some(name), value: Expr::new(span, Kind::Hole) }
}

pub(super) struct Parser<'s> {
    pub lexemes: Vec<Lexeme<'s>>,
    /// Where each opening bracket is closed.
    pub partners: Vec<Option<usize>>,
    pub at: usize,
    /// How many brackets and operators are open.
    pub depth: usize,
    /// Where a value was last missing: the next one is not reported again.
    pub hole: Option<usize>,
    pub reports: Vec<Report>,
}

impl<'s> Parser<'s> {
    /// The next token; `Eof` is the last and stays.
    pub fn peek(&self) -> Token<'s> {
        self.ahead(0)
    }

    pub fn ahead(&self, by: usize) -> Token<'s> {
        self.lexemes.get(self.at + by).map_or(Token::Eof, |l| l.token)
    }

    pub fn span(&self) -> Span {
        self.lexemes[self.at.min(self.lexemes.len() - 1)].span
    }

    /// The place of the token before.
    pub fn before(&self) -> Span {
        self.lexemes[self.at.saturating_sub(1).min(self.lexemes.len() - 1)].span
    }

    pub fn advance(&mut self) -> Span {
        let span = self.span();
        if self.peek() != Token::Eof {
            self.at += 1;
        }
        span
    }

    /// Takes a sign if it is next.
    pub fn take(&mut self, sign: &'static str) -> bool {
        let found = self.peek() == Token::Sign(sign);
        if found {
            self.at += 1;
        }
        found
    }

    pub fn report(&mut self, span: Span, what: impl Into<String>, hint: impl Into<String>) {
        self.reports.push(report(span, what, hint));
    }

    /// Reports what stands here instead of what was expected, and gives the statement up.
    pub fn unexpected<T>(&mut self, expected: &str, hint: &str) -> Parse<T> {
        // What was not understood has been reported, and so has a missing value.
        if self.peek() != Token::Bad && self.hole != Some(self.at) {
            let what = format!("expected {expected}, found {}", self.found());
            self.report(self.span(), what, hint);
        }
        Err(Skip)
    }

    pub fn found(&self) -> String {
        match self.peek() {
            Token::Name(name) => name.to_string(),
            Token::Number(value) => value.to_string(),
            Token::Text(text) => format!("\"{text}\""),
            Token::Sign(sign) => sign.to_string(),
            Token::End => "the end of the line".to_string(),
            Token::Eof => "the end".to_string(),
            Token::Bad => "something else".to_string(),
        }
    }

    fn skip_ends(&mut self) {
        while self.peek() == Token::End {
            self.at += 1;
        }
    }

    /// Goes to the end of the statement that began at `start`, past closed brackets as a whole; in a body to its `}` at most.
    fn recover(&mut self, start: usize, in_body: bool) {
        let mut at = start;
        loop {
            match self.lexemes[at].token {
                Token::Eof => break,
                Token::End if at >= self.at => break,
                Token::Sign("}") if in_body && at >= self.at => break,
                _ => at = self.partners[at].unwrap_or(at) + 1,
            }
        }
        self.at = at;
        self.depth = 0;
    }

    /// The name that a statement which was not understood would have bound, so that its uses are not reported as well.
    fn salvage(&self, start: usize) -> Option<Item> {
        let token = |by: usize| self.lexemes.get(start + by).map(|l| (l.token, l.span));
        let named = |(token, span): (Token<'s>, Span)| match token {
            Token::Name(text) => Some(Name { text: text.to_string(), span }),
            _ => None,
        };
        match (token(0)?.0, token(1)?.0) {
            (Token::Name("stage"), Token::Name(_)) => Some(Item::Stage(StageDef {
                name: named(token(1)?)?,
                parameters: Vec::new(),
                body: Vec::new(),
            })),
            (Token::Name("input" | "param"), Token::Name(_)) => Some(Item::Bind(hole(named(token(1)?)?))),
            (Token::Name(_), Token::Sign("=")) => Some(Item::Bind(hole(named(token(0)?)?))),
            _ => None,
        }
    }

    pub fn name(&mut self, of: &str) -> Parse<Name> {
        match self.peek() {
            Token::Name(text) => {
                let name = Name { text: text.to_string(), span: self.advance() };
                self.not_reserved(&name);
                Ok(name)
            }
            _ => self.unexpected(of, ""),
        }
    }

    fn not_reserved(&mut self, name: &Name) {
        let what = match name.text.as_str() {
            "and" | "or" | "not" => "is an operator",
            "true" | "false" | "none" => "is a value",
            text if text.parse::<DType>().is_ok() => "is a dtype",
            _ => return,
        };
        self.report(name.span, format!("{} {what}", name.text), "choose another name");
    }

    fn statement(&mut self) -> Parse<Item> {
        let item = match (self.peek(), self.ahead(1)) {
            (Token::Name("stage"), Token::Name(_)) => self.stage().map(Item::Stage),
            (Token::Name(word @ ("input" | "param")), Token::Name(_)) => {
                self.advance();
                self.declaration(word == "param").map(Item::Declare)
            }
            _ => self.bind().map(Item::Bind),
        }?;
        self.end_of_statement(false)?;
        Ok(item)
    }

    fn end_of_statement(&mut self, in_body: bool) -> Parse<()> {
        match self.peek() {
            Token::End | Token::Eof => Ok(()),
            Token::Sign("}") if in_body => Ok(()),
            Token::Sign("=") => {
                self.unexpected("an operator", "bindings look like NAME = value; to compare, write ==")
            }
            Token::Sign(sign @ (")" | "]" | "}")) if self.hole != Some(self.at) => {
                self.report(self.span(), format!("{sign} closes nothing"), "remove it, or open it before");
                Err(Skip)
            }
            Token::Name(_) | Token::Number(_) | Token::Sign("(") => self.unexpected(
                "an operator",
                "to multiply, write *; for a new binding, begin a line or write ;",
            ),
            _ => self.unexpected("an operator", ""),
        }
    }

    fn bind(&mut self) -> Parse<Bind> {
        let name = match (self.peek(), self.ahead(1)) {
            (Token::Name(_), Token::Sign("=")) => {
                let name = self.name("a name")?;
                self.advance();
                Some(name)
            }
            _ => None,
        };
        Ok(Bind { name, value: self.expression()? })
    }

    /// `stage NAME(p, q) = expr` or `stage NAME(p, q) { statements }`.
    fn stage(&mut self) -> Parse<StageDef> {
        self.advance();
        let name = self.name("the name of the stage")?;
        if !self.take("(") {
            return self.unexpected("(", "stages look like stage f(x) = x * x");
        }
        let mut parameters = Vec::new();
        while !self.take(")") {
            parameters.push(self.name("the name of a parameter")?);
            if self.peek() != Token::Sign(")") && !self.take(",") {
                return self.unexpected(", or )", "stages look like stage f(x) = x * x");
            }
        }
        let newlines = (0..).take_while(|&by| self.ahead(by) == Token::End).count();
        if self.ahead(newlines) == Token::Sign("{") {
            self.at += newlines;
            let body = self.body()?;
            return Ok(StageDef { name, parameters, body });
        }
        if !self.take("=") {
            return self.unexpected("= or {", "stages look like stage f(x) = x * x");
        }
        let value = self.expression()?;
        Ok(StageDef { name, parameters, body: vec![Bind { name: None, value }] })
    }

    /// The statements between { and }, the last one the result.
    fn body(&mut self) -> Parse<Vec<Bind>> {
        let closed = self.partners[self.at].is_some();
        let open = self.advance();
        let mut body = Vec::new();
        let mut wrong = false;
        loop {
            self.skip_ends();
            if self.take("}") {
                break;
            }
            if self.peek() == Token::Eof || !closed {
                self.report(open, "{ is never closed", "end the stage with }");
                return Err(Skip);
            }
            let start = self.at;
            match self.body_statement() {
                Ok(bind) => body.push(bind),
                Err(Skip) => {
                    wrong = true;
                    body.extend(
                        self.salvage(start).and_then(|i| if let Item::Bind(b) = i { Some(b) } else { None }),
                    );
                    self.recover(start, true);
                }
            }
        }
        if body.is_empty() && !wrong {
            self.report(open.to(self.before()), "the stage gives nothing back", "end it with an expression");
        }
        Ok(body)
    }

    fn body_statement(&mut self) -> Parse<Bind> {
        if let (Token::Name(word @ ("stage" | "param" | "input")), Token::Name(_)) =
            (self.peek(), self.ahead(1))
        {
            self.report(self.span(), format!("{word} inside a stage"), "write it outside, before the stage");
            return Err(Skip);
        }
        let bind = self.bind()?;
        self.end_of_statement(true)?;
        Ok(bind)
    }

    /// `NAME[: dtype][dims]`, and `= init` for a parameter.
    fn declaration(&mut self, is_param: bool) -> Parse<Declaration> {
        let name = self.name("a name")?;
        let dtype = if self.take(":") { Some(self.dtype()?) } else { None };
        let mut dims = Vec::new();
        if self.take("[") {
            while !self.take("]") {
                dims.push(self.dim()?);
                if self.peek() != Token::Sign("]") && !self.take(",") {
                    return self.unexpected(", or ]", "shapes look like [3, 4] or [batch, 4]");
                }
            }
        }
        let span = name.span.to(self.before());
        let init = match (is_param, self.peek()) {
            (true, Token::Sign("=")) => {
                self.advance();
                Some(self.init()?)
            }
            (true, _) => {
                return self.unexpected("= and a first value", "parameters look like param W[3, 4] = he");
            }
            (false, Token::Sign("=")) => {
                self.report(
                    self.span(),
                    "an input has no first value",
                    "write param for a weight, or remove the =",
                );
                return Err(Skip);
            }
            (false, _) => None,
        };
        if is_param && dtype.is_some_and(|d| !d.is_float()) {
            self.report(
                span,
                format!("the parameter {} is no float", name.text),
                "gradients need f32 or f64",
            );
        }
        Ok(Declaration { name, dtype, dims, init, span })
    }

    fn dtype(&mut self) -> Parse<DType> {
        let names = DType::ALL.map(DType::name);
        match self.peek() {
            Token::Name(word) => match word.parse() {
                Ok(dtype) => {
                    self.advance();
                    Ok(dtype)
                }
                Err(_) => {
                    let hint = did_you_mean(word, names, &format!("write {}", names.join(", ")));
                    self.report(self.span(), format!("{word} is no dtype"), hint);
                    Err(Skip)
                }
            },
            _ => self.unexpected("a dtype", "inputs look like input x: f64[3, 4]"),
        }
    }

    fn dim(&mut self) -> Parse<DimExpr> {
        let dim = match self.peek() {
            Token::Name(name) => Dim::Named(name.to_string()),
            Token::Number(value) if value.fract() == 0.0 && value <= u32::MAX.into() => {
                Dim::Length(value as usize)
            }
            Token::Number(value) => {
                self.report(self.span(), format!("{value} is no length"), "lengths are whole numbers");
                return Err(Skip);
            }
            _ => return self.unexpected("a length", "write a whole number or the name of a dimension"),
        };
        Ok(DimExpr { dim, span: self.advance() })
    }

    /// `he`, `normal(0.02)`, a number.
    fn init(&mut self) -> Parse<Init> {
        let Token::Name(word) = self.peek() else {
            return self.signed_number().map(Init::Constant);
        };
        let start = self.advance();
        let mut numbers = Vec::new();
        if self.take("(") {
            while !self.take(")") {
                numbers.push(self.signed_number()?);
                if self.peek() != Token::Sign(")") && !self.take(",") {
                    return self.unexpected(", or )", "");
                }
            }
        }
        params::init(word, start.to(self.before()), &numbers).map_err(|report| {
            self.reports.push(report);
            Skip
        })
    }

    fn signed_number(&mut self) -> Parse<f64> {
        let sign = if self.take("-") { -1.0 } else { 1.0 };
        match self.peek() {
            Token::Number(value) => {
                self.advance();
                Ok(sign * value)
            }
            _ => self.unexpected("a number", "write he, glorot, zeros, ones, normal(0.02) or a number"),
        }
    }
}
