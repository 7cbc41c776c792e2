//! Expressions: operators by how tightly they bind, calls, lists, indices.

use super::ast::{
    Argument, Binary, Brackets, Expr, Kind, Link, Name, Span, Subscript, SubscriptKind, Unary, rank,
};
use super::lexer::Token;
use super::parser::{Parse, Parser, Skip};
use crate::base::limits;

/// Two-sided operators but `^`.
const OPERATORS: [(Token<'static>, Binary); 14] = [
    (Token::Sign("+"), Binary::Add),
    (Token::Sign("-"), Binary::Sub),
    (Token::Sign("*"), Binary::Mul),
    (Token::Sign("/"), Binary::Div),
    (Token::Sign("%"), Binary::Rem),
    (Token::Sign("@"), Binary::Matmul),
    (Token::Sign("<"), Binary::Lt),
    (Token::Sign("<="), Binary::Le),
    (Token::Sign(">"), Binary::Gt),
    (Token::Sign(">="), Binary::Ge),
    (Token::Sign("=="), Binary::Eq),
    (Token::Sign("!="), Binary::Ne),
    (Token::Name("and"), Binary::And),
    (Token::Name("or"), Binary::Or),
];

impl Parser<'_> {
    /// A whole expression.
    pub fn expression(&mut self) -> Parse<Expr> {
        self.binding_from(rank::OR)
    }

    /// An expression whose operators bind at least as tightly as `least`.
    fn binding_from(&mut self, least: u8) -> Parse<Expr> {
        self.depth += 1;
        self.not_deeper(self.depth)?;
        let mut left = self.prefix(least)?;
        loop {
            if least <= rank::POWER && self.peek() == Token::Sign("^") {
                let at = self.advance();
                let exponent = self.binding_from(rank::NEG)?;
                let span = left.span.to(exponent.span);
                left = Expr::new(span, Kind::Power(Box::new(left), at, Box::new(exponent)));
                continue;
            }
            let next = OPERATORS.iter().find(|(token, _)| *token == self.peek());
            let Some(&(_, op)) = next.filter(|(_, op)| op.rank() >= least) else { break };
            let at = self.advance();
            let right = self.binding_from(op.rank() + 1)?;
            left = self.chain(left, Link { op, at, right });
        }
        self.not_deeper(left.height)?;
        self.depth -= 1;
        Ok(left)
    }

    /// What follows an expression, here or when it is recorded, goes as deep as it does on the stack.
    fn not_deeper(&mut self, depth: usize) -> Parse<()> {
        if depth <= limits::FORMULA_DEPTH {
            return Ok(());
        }
        let what = format!("brackets and operators are nested deeper than {}", limits::FORMULA_DEPTH);
        self.report(self.span(), what, "give inner parts names of their own");
        Err(Skip)
    }

    /// Adds an operator to the right of an expression. Those of one rank make one list.
    fn chain(&mut self, left: Expr, link: Link) -> Expr {
        let span = left.span.to(link.right.span);
        match left.kind {
            Kind::Chain(first, mut links) if links.first().is_some_and(|l| l.op.rank() == link.op.rank()) => {
                let mut link = link;
                if link.op.rank() == rank::COMPARE && !left.closed {
                    self.report(link.at, "comparisons do not chain", "write a < b and b < c");
                    link.right.kind = Kind::Hole;
                }
                let height = left.height.max(link.right.height + 1);
                links.push(link);
                Expr { span, kind: Kind::Chain(first, links), closed: false, height }
            }
            _ => Expr::new(span, Kind::Chain(Box::new(left), vec![link])),
        }
    }

    fn prefix(&mut self, least: u8) -> Parse<Expr> {
        let (op, tight) = match self.peek() {
            Token::Sign("-") => (Unary::Neg, rank::NEG),
            Token::Name("not") => (Unary::Not, rank::NOT),
            _ => return self.postfix(),
        };
        let at = self.advance();
        if op == Unary::Not && least > rank::NOT {
            self.report(at, "not binds less tightly than the operator before it", "write (not x)");
        }
        let operand = self.binding_from(tight)?;
        Ok(Expr::new(at.to(operand.span), Kind::Unary(op, at, Box::new(operand))))
    }

    /// A value and the indices behind it.
    fn postfix(&mut self) -> Parse<Expr> {
        let base = self.value()?;
        let mut brackets = Some(Vec::new());
        while self.peek() == Token::Sign("[") {
            let next = self.brackets()?;
            brackets = brackets.zip(next).map(|(mut all, next)| {
                all.push(next);
                all
            });
        }
        let span = base.span.to(self.before());
        match brackets {
            Some(brackets) if brackets.is_empty() => Ok(base),
            Some(brackets) => Ok(Expr::new(span, Kind::Index(Box::new(base), brackets))),
            None => Ok(Expr::new(span, Kind::Hole)),
        }
    }

    fn value(&mut self) -> Parse<Expr> {
        // What was not understood is the value, unless one follows.
        let begins =
            |t: Token<'_>| matches!(t, Token::Name(_) | Token::Number(_) | Token::Bad | Token::Sign("("));
        while self.peek() == Token::Bad && begins(self.ahead(1)) {
            self.advance();
        }
        let span = self.span();
        let kind = match self.peek() {
            Token::Number(value) => Kind::Number(value),
            Token::Text(text) => Kind::Text(text.to_string()),
            Token::Bad => Kind::Hole,
            Token::Name("true") => Kind::Flag(true),
            Token::Name("false") => Kind::Flag(false),
            Token::Name("none") => Kind::None,
            Token::Name("and" | "or") => return self.missing(),
            Token::Name(text) if self.ahead(1) == Token::Sign("(") => {
                let name = Name { text: text.to_string(), span: self.advance() };
                return self.call(name);
            }
            Token::Name(text) => Kind::Name(text.to_string()),
            Token::Sign("(") => return self.parentheses(),
            Token::Sign("[") => {
                let items = self.list(["[", "]"], |parser| parser.expression())?;
                return Ok(Expr::new(span.to(self.before()), items.map_or(Kind::Hole, Kind::List)));
            }
            _ => return self.missing(),
        };
        self.advance();
        Ok(Expr::new(span, kind))
    }

    /// A hole where a value should be, reported unless the token before was a hole too.
    fn missing(&mut self) -> Parse<Expr> {
        let here = self.span();
        let again = self.hole.is_some_and(|at| self.at <= at + 1);
        self.hole = Some(self.at);
        if !again {
            let ends = matches!(self.peek(), Token::End | Token::Eof);
            let place = if ends { Span { from: self.before().to, to: self.before().to } } else { here };
            self.report(
                place,
                format!("a value is missing before {}", self.found()),
                "write a number, a name or a call",
            );
        }
        match self.peek() {
            Token::Sign("=" | "{" | "}" | ":" | "...") => Err(Skip),
            _ => Ok(Expr::new(Span { from: here.from, to: here.from }, Kind::Hole)),
        }
    }

    /// An expression in parentheses.
    fn parentheses(&mut self) -> Parse<Expr> {
        let span = self.span();
        let items = self.list(["(", ")"], |parser| parser.expression())?;
        let span = span.to(self.before());
        let kind = match items {
            None => Kind::Hole,
            Some(mut items) if items.len() == 1 => return Ok(Expr { closed: true, ..items.remove(0) }),
            Some(items) if items.is_empty() => {
                self.report(span, "there is nothing between ( and )", "write a value between them");
                Kind::Hole
            }
            Some(_) => {
                self.report(span, "a list is written with [ and ]", "write [a, b]");
                Kind::Hole
            }
        };
        Ok(Expr::new(span, kind))
    }

    fn call(&mut self, name: Name) -> Parse<Expr> {
        let arguments = self.list(["(", ")"], |parser| {
            let keyword = match (parser.peek(), parser.ahead(1)) {
                (Token::Name(text), Token::Sign("=")) => {
                    let name = Name { text: text.to_string(), span: parser.advance() };
                    parser.advance();
                    Some(name)
                }
                _ => None,
            };
            Ok(Argument { keyword, value: parser.expression()? })
        })?;
        let span = name.span.to(self.before());
        let kind = arguments.map_or(Kind::Hole, |arguments| Kind::Call(name, arguments, span));
        Ok(Expr::new(span, kind))
    }

    /// None where they were not understood.
    fn brackets(&mut self) -> Parse<Option<Brackets>> {
        let span = self.span();
        let closed = self.partners[self.at].is_some();
        let entries = self.list(["[", "]"], |parser| parser.subscript())?;
        let span = span.to(self.before());
        if closed && entries.as_ref().is_some_and(Vec::is_empty) {
            self.report(span, "there is no index between [ and ]", "write a[0] or a[1:3]");
            return Ok(None);
        }
        Ok(entries.filter(|_| closed).map(|entries| Brackets { span, entries }))
    }

    /// `i`, `from:to:step` or `...`.
    fn subscript(&mut self) -> Parse<Subscript> {
        let start = self.span();
        if self.take("...") {
            return Ok(Subscript { span: start, kind: SubscriptKind::Rest });
        }
        let mut parts = [None, None, None];
        let mut part = 0;
        loop {
            let stops = [Token::Sign(":"), Token::Sign(","), Token::Sign("]")].contains(&self.peek());
            if !stops || part == 0 && self.peek() != Token::Sign(":") {
                parts[part] = Some(Box::new(self.expression()?));
            }
            if part == 2 || !self.take(":") {
                break;
            }
            part += 1;
        }
        let span = start.to(self.before());
        let kind = match (part, parts) {
            (0, [Some(at), ..]) => SubscriptKind::At(*at),
            (_, parts) => SubscriptKind::Range(parts),
        };
        Ok(Subscript { span, kind })
    }

    /// Items between brackets, separated by commas; one comma may follow the last. None where an item was not understood
    /// but what stands behind the closing bracket can still be read.
    fn list<T>(
        &mut self,
        [opener, closer]: [&'static str; 2],
        mut item: impl FnMut(&mut Self) -> Parse<T>,
    ) -> Parse<Option<Vec<T>>> {
        let (partner, depth) = (self.partners[self.at], self.depth);
        let open = self.advance();
        let mut items = Vec::new();
        while !self.take(closer) {
            let ended = partner.is_none() && matches!(self.peek(), Token::End | Token::Eof);
            let separated = match ended {
                true => false,
                false => match item(self) {
                    Ok(item) => {
                        items.push(item);
                        self.peek() == Token::Sign(closer) || self.take(",")
                    }
                    Err(Skip) => {
                        // Past the closing bracket, if there is one, the text makes sense again.
                        (self.at, self.depth) = (partner.ok_or(Skip)? + 1, depth);
                        return Ok(None);
                    }
                },
            };
            match (separated, partner) {
                (true, _) => {}
                (false, Some(partner)) => {
                    let _reported: Parse<()> =
                        self.unexpected(&format!("an operator, a comma or {closer}"), "");
                    self.at = partner + 1;
                    return Ok(None);
                }
                (false, None) => {
                    // A quotation that is not closed has swallowed the bracket.
                    if self.lexemes[self.at.saturating_sub(1)].token != Token::Bad {
                        self.report(open, format!("{opener} is never closed"), format!("add {closer}"));
                    }
                    return match self.peek() {
                        Token::End | Token::Eof => Ok(Some(items)),
                        _ => Err(Skip),
                    };
                }
            }
        }
        Ok(Some(items))
    }
}
