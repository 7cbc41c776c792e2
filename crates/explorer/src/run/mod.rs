//! Run files, `*.run.jsonl`: what happened while a network was trained, a record a line. `docs/runs.md` describes the format.

mod birth;
mod histogram;
mod history;
pub mod limits;
pub(crate) mod number;
mod reader;
mod record;
mod summary;
mod writer;

pub use histogram::{BINS, Histogram};
pub use history::{History, Point, Series};
pub use reader::Reader;
pub use record::{
    Alert, Birth, End, Field, Gate, Graph, Head, Kind, Milliseconds, Module, Operand, Pass, PathGate, Record,
    Role, Step, Sum, Val, Watch,
};
pub use summary::Summary;
pub use writer::{Sink, Writer};

/// The version of the format that is written, and the only one that is read.
pub const VERSION: u32 = 1;
