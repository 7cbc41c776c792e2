//! Run files, `*.run.jsonl`: what happened while a network was trained, a record a line. `docs/runs.md` describes the format.

mod birth;
mod book;
mod curve;
mod follow;
mod histogram;
mod history;
pub mod limits;
pub(crate) mod number;
mod plane;
mod reader;
mod record;
mod summary;
mod thin;
mod writer;

pub use book::{Book, Feed, Moment, Shared, locked};
pub use curve::{Curve, Dot};
pub use follow::Follower;
pub use histogram::{BINS, Histogram};
pub use history::{History, Point, Series};
pub use plane::{Plane, Points};
pub use reader::Reader;
pub use record::{
    Alert, Birth, End, Field, Gate, Graph, Head, Kind, Milliseconds, Module, Operand, Pass, PathGate, Record,
    Role, Step, Sum, Try, Val, Watch,
};
pub use summary::Summary;
pub use writer::{Sink, Writer};

/// The version of the format that is written. Since 2 there are the kinds `try`, `points` and `plane`.
pub const VERSION: u32 = 2;

/// The oldest version that is read.
pub const OLDEST: u32 = 1;

/// The share of the time that observing may take unless something else is asked for.
pub const BUDGET: f64 = 0.02;
