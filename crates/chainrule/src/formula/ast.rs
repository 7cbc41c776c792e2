//! What a formula says, before it means anything: items, expressions, each with its place.

use super::params::Init;
use crate::base::{DType, Site};

/// Bytes of the source, from and to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Span {
    pub from: u32,
    pub to: u32,
}

impl Span {
    pub fn new(from: usize, to: usize) -> Span {
        Span { from: from as u32, to: to as u32 }
    }

    /// From the start of this one to the end of the other.
    pub fn to(self, end: Span) -> Span {
        Span { from: self.from, to: end.to.max(self.from) }
    }

    pub fn site(self) -> Site {
        Site::Text(self.from, self.to)
    }
}

/// A name and where it is written.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Name {
    pub text: String,
    pub span: Span,
}

/// One statement of a program.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Item {
    /// `NAME = expr`, or a bare expression.
    Bind(Bind),
    /// `stage NAME(p, q) = expr`, or with a body.
    Stage(StageDef),
    /// `input NAME ...` or `param NAME ... = init`.
    Declare(Declaration),
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Bind {
    /// None for a bare expression.
    pub name: Option<Name>,
    pub value: Expr,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct StageDef {
    pub name: Name,
    pub parameters: Vec<Name>,
    /// The last one is the result. Empty only after a mistake.
    pub body: Vec<Bind>,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Declaration {
    pub name: Name,
    pub dtype: Option<DType>,
    pub dims: Vec<DimExpr>,
    /// None for an input.
    pub init: Option<Init>,
    /// From the name to the end of the shape.
    pub span: Span,
}

/// One length in a declaration.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct DimExpr {
    pub dim: Dim,
    pub span: Span,
}

/// The length of a declared axis.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Dim {
    /// A number.
    Length(usize),
    /// A name that stands for one number throughout the formula.
    Named(String),
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Expr {
    /// Without the parentheses around it.
    pub span: Span,
    pub kind: Kind,
    /// Whether there are parentheses around it.
    pub closed: bool,
    /// Levels of the tree: 1 for a name.
    pub height: usize,
}

impl Expr {
    pub fn new(span: Span, kind: Kind) -> Expr {
        let mut inner = 0;
        children(&kind, &mut |child| inner = inner.max(child.height));
        Expr { span, kind, closed: false, height: inner + 1 }
    }
}

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Kind {
    /// Something that was not understood, and reported.
    Hole,
    Number(f64),
    Flag(bool),
    None,
    Text(String),
    Name(String),
    List(Vec<Expr>),
    Unary(Unary, Span, Box<Expr>),
    /// Operators of one rank, from left to right: a list, so that a long sum is not a deep one.
    Chain(Box<Expr>, Vec<Link>),
    Power(Box<Expr>, Span, Box<Expr>),
    Call(Name, Vec<Argument>, Span),
    /// One pair of brackets after the other.
    Index(Box<Expr>, Vec<Brackets>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unary {
    Neg,
    Not,
}

/// An operator, its place, and what stands to its right.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Link {
    pub op: Binary,
    pub at: Span,
    pub right: Expr,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Matmul,
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
    And,
    Or,
}

impl Binary {
    /// How tightly it binds.
    pub fn rank(self) -> u8 {
        match self {
            Binary::Or => rank::OR,
            Binary::And => rank::AND,
            Binary::Lt | Binary::Le | Binary::Gt | Binary::Ge | Binary::Eq | Binary::Ne => rank::COMPARE,
            Binary::Add | Binary::Sub => rank::SUM,
            Binary::Mul | Binary::Div | Binary::Rem | Binary::Matmul => rank::PRODUCT,
        }
    }
}

/// How tightly operators bind; a larger number binds tighter.
pub(super) mod rank {
    pub const OR: u8 = 1;
    pub const AND: u8 = 2;
    pub const NOT: u8 = 3;
    pub const COMPARE: u8 = 4;
    pub const SUM: u8 = 5;
    pub const PRODUCT: u8 = 6;
    pub const NEG: u8 = 7;
    pub const POWER: u8 = 8;
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Argument {
    pub keyword: Option<Name>,
    pub value: Expr,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Brackets {
    pub span: Span,
    pub entries: Vec<Subscript>,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Subscript {
    pub span: Span,
    pub kind: SubscriptKind,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) enum SubscriptKind {
    At(Expr),
    /// `from:to:step`, each optional.
    Range([Option<Box<Expr>>; 3]),
    /// `...`: as many whole axes as there are left.
    Rest,
}

/// Visits an expression and all that is inside it, in the order of the text.
pub(super) fn walk<'e>(expr: &'e Expr, f: &mut impl FnMut(&'e Expr)) {
    let mut stack = vec![expr];
    while let Some(expr) = stack.pop() {
        f(expr);
        let from = stack.len();
        children(&expr.kind, &mut |child| stack.push(child));
        stack[from..].reverse();
    }
}

/// The expressions directly inside of one, in the order of the text.
fn children<'e>(kind: &'e Kind, f: &mut impl FnMut(&'e Expr)) {
    match kind {
        Kind::Hole | Kind::Number(_) | Kind::Flag(_) | Kind::None | Kind::Text(_) | Kind::Name(_) => {}
        Kind::List(items) => items.iter().for_each(f),
        Kind::Unary(_, _, operand) => f(operand),
        Kind::Chain(first, rest) => {
            f(first);
            rest.iter().for_each(|link| f(&link.right));
        }
        Kind::Power(base, _, exponent) => {
            f(base);
            f(exponent);
        }
        Kind::Call(_, arguments, _) => arguments.iter().for_each(|a| f(&a.value)),
        Kind::Index(base, brackets) => {
            f(base);
            for entry in brackets.iter().flat_map(|b| &b.entries) {
                match &entry.kind {
                    SubscriptKind::At(at) => f(at),
                    SubscriptKind::Range(parts) => parts.iter().flatten().for_each(|part| f(part)),
                    SubscriptKind::Rest => {}
                }
            }
        }
    }
}
