//! Each reader on random bytes and on damaged files: what it says is short, what it reads is whole, no panic, and no more memory
//! than `data::limits` states.
//!
//! `CHAINRULE_FUZZ_SECONDS=600 cargo test -p chainrule-nn --features images --release --test fuzz -- --nocapture` goes on for that
//! long with each reader, each time from other seeds, and prints how far it came.

#![allow(clippy::unwrap_used, unsafe_code)]

mod common;
#[path = "fuzz/damage.rs"]
mod damage;
#[path = "fuzz/harness.rs"]
mod harness;
#[path = "fuzz/memory.rs"]
mod memory;
#[path = "fuzz/mended.rs"]
mod mended;
#[path = "fuzz/readers.rs"]
mod readers;
#[path = "fuzz/records.rs"]
mod records;
#[path = "fuzz/runs.rs"]
mod runs;
#[path = "fuzz/written.rs"]
mod written;

#[test]
fn csv() {
    readers::csv().run();
}

#[test]
fn csv_by_a_schema() {
    readers::csv_by_a_schema().run();
}

#[test]
fn csv_in_parts() {
    readers::csv_in_parts().run();
}

#[test]
fn schema() {
    readers::schema().run();
}

#[test]
fn npy() {
    readers::npy().run();
}

#[test]
fn npy_in_parts() {
    readers::npy_in_parts().run();
}

#[test]
fn npz() {
    readers::npz().run();
}

#[test]
fn npz_in_parts() {
    readers::npz_in_parts().run();
}

#[test]
fn idx() {
    readers::idx().run();
}

#[test]
fn gzip() {
    readers::gzip().run();
}

#[cfg(feature = "images")]
#[test]
fn png() {
    readers::png().run();
}

#[cfg(feature = "images")]
#[test]
fn jpeg() {
    readers::jpeg().run();
}

#[test]
fn text() {
    readers::text().run();
}

#[test]
fn text_in_parts() {
    readers::text_in_parts().run();
}

#[test]
fn weights() {
    written::weights().run();
}

#[test]
fn state_dict() {
    written::state_dict().run();
}

#[test]
fn saved() {
    written::saved().run();
}

#[test]
fn checkpoint() {
    written::checkpoint().run();
}

#[test]
fn run_file() {
    runs::run_file().run();
}

#[test]
fn crowded_files_take_no_more_than_is_stated() {
    for (reader, bytes, wanted) in written::crowded().into_iter().chain(runs::crowded()) {
        let said = reader.crowded(&bytes).unwrap_or_default();
        assert!(
            said.contains(wanted) && said.is_empty() == wanted.is_empty(),
            "{}: {wanted:?}: {said}",
            reader.name
        );
    }
}
