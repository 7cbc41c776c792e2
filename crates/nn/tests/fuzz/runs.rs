//! The readers of run files: what `doctor` and `view` make of them, and what `train --resume` goes on with.

use super::damage::within_lines;
use super::harness::Reader;
use super::readers::file;
use super::records::{begin, end, step};
use chainrule_explorer::health::{self, Thresholds};
use chainrule_explorer::run::{Book, End, Follower, History, Reader as Records, Record, Writer};
use std::path::Path;

/// What the writer makes of these.
fn written(records: impl IntoIterator<Item = Record>) -> Vec<u8> {
    file("seed.run.jsonl", b"", |path| {
        let mut writer = Writer::create(path, 4).unwrap();
        records.into_iter().for_each(|record| writer.write(&record).unwrap());
        std::fs::read(path).unwrap()
    })
}

/// All that is asked of a run when the file was read.
fn look(history: &History, mut book: Book) {
    for verdict in health::check(history, &Thresholds::default()) {
        assert!(!verdict.why.is_empty());
        verdict.alert(1);
    }
    history.births.iter().for_each(|birth| drop(birth.to_string()));
    let until = [0, 1, 3, u64::MAX];
    for s in until {
        health::check(book.history(s), &Thresholds::default());
        assert!(book.moments_until(s).len() <= book.moments().len());
        let dots = book.curve.dots(s, 10);
        assert!(dots.windows(2).all(|pair| pair[0].s < pair[1].s) && dots.iter().all(|dot| dot.s >= s));
        assert!(book.curve.at(s).is_none_or(|dot| dot.s <= s));
    }
    assert!(book.per_second().is_none_or(|speed| speed > 0.0));
    book.observing();
    until.iter().rev().for_each(|&s| book.back_to(s));
}

pub fn run_file() -> Reader {
    fn read(bytes: &[u8]) -> Result<(), String> {
        file("t.run.jsonl", bytes, |path| {
            let (mut history, mut book) = (History::default(), Book::default());
            let mut records = Records::open(path).map_err(|why| why.to_string())?;
            let (mut count, mut trouble) = (0, None);
            for record in &mut records {
                match record {
                    Ok(record) => {
                        history.push(&record);
                        book.push(&record);
                        count += 1;
                    }
                    Err(why) => trouble = Some(why.to_string()),
                }
            }
            look(&history, book);
            followed(path, count, trouble.is_some());
            let appended = Writer::append(path, 4);
            if let Some(trouble) = trouble {
                assert!(appended.is_err() && std::fs::read(path).unwrap() == bytes, "{trouble}");
                return Err(trouble);
            }
            let last = Record::End(End { s: 1, why: "done".into() });
            appended.unwrap().write(&last).unwrap();
            let again: Vec<Record> = Records::open(path).unwrap().collect::<Result<_, _>>().unwrap();
            assert_eq!((again.len(), again.last()), (count + 1, Some(&last)));
            Ok(())
        })
    }
    let seeds = vec![
        written(begin().into_iter().chain((1..=6).flat_map(step)).chain(end(6))),
        written(begin().into_iter().chain((1..=3).flat_map(step)).chain((2..=3).flat_map(step))),
        written(begin().into_iter().take(1)),
    ];
    Reader {
        name: "run files",
        disk: true,
        seeds,
        telling: b"\x00\xff\"{}[],:\n019-.e+nullkswfbirthsum",
        within: Some(within_lines),
        factor: chainrule_explorer::run::limits::FACTOR,
        read,
    }
}

/// A page that follows the file sees as many records as there are in whole lines.
fn followed(path: &Path, count: usize, is_damaged: bool) {
    let mut seen = 0;
    let read = Follower::new(path).read(&mut |record| seen += usize::from(record.is_some()));
    assert!(
        seen <= count && (is_damaged || read.is_ok() && seen + 1 >= count),
        "{seen} of {count}: {read:?}"
    );
}

/// As much as fits into a run file; and what is said of it.
pub fn crowded() -> Vec<(Reader, Vec<u8>, &'static str)> {
    let head = "{\"k\":\"run\",\"v\":2}\n";
    let graph = "{\"k\":\"graph\",\"g\":1,\"modules\":[],\"gates\":[";
    let lines = |begin: &str, one: &str, count: usize, end: &str| {
        let all = vec![one; count].join(if one.ends_with('\n') { "" } else { "," });
        [head, begin, &all, end].concat().into_bytes()
    };
    let watches = |count: usize| {
        let watch = |w: usize| format!("{{\"w\":{w},\"role\":\"parameter\",\"name\":\"\",\"path\":true}}");
        (0..count).map(watch).collect::<Vec<_>>().join(",")
    };
    let sums = |s: u64| {
        let sum = "\"f\":\"g\",\"n\":1,\"min\":0,\"max\":0,\"mean\":0,\"std\":0,\"l2\":0}\n";
        format!("{{\"k\":\"sum\",\"s\":{s},\"w\":0,{sum}")
    };
    let watched = lines(graph, "", 1, &format!("],\"watch\":[{}]}}\n", watches(8000)));
    let observed = [lines(graph, "", 1, &format!("],\"watch\":[{}]}}\n", watches(1))), {
        (0..8000).flat_map(|s| sums(s).into_bytes()).collect()
    }];
    let operand = "{\"w\":0,\"name\":\"\",\"min\":0,\"max\":0}";
    let birth = "{\"k\":\"birth\",\"s\":1,\"pass\":\"fwd\",\"gate\":1,\"op\":\"\",\"kind\":\"nan\",\"of\":1,\"of_op\":\"\",\"in\":[";
    vec![
        (run_file(), lines(graph, "{\"id\":0,\"op\":\"\",\"m\":0}", 20_000, "]}\n"), ""),
        (
            run_file(),
            lines(graph, "{\"id\":0,\"op\":\"\",\"m\":0}", 20_001, "]}\n"),
            "20001 gates, at most 20000",
        ),
        (
            run_file(),
            lines(&format!("{graph}{{\"id\":0,\"op\":\"\",\"m\":0,\"in\":["), "0", (1 << 18) + 1, "]}]}\n"),
            "",
        ),
        (run_file(), watched, ""),
        (run_file(), observed.concat(), ""),
        (run_file(), lines("", "{\"k\":\"step\",\"s\":1,\"t\":0,\"loss\":0}\n", 20_000, ""), ""),
        (run_file(), lines("", "{\"k\":\"try\",\"s\":1,\"loss\":0}\n", 20_000, ""), ""),
        (
            run_file(),
            lines("", "{\"k\":\"alert\",\"s\":1,\"rule\":\"\",\"at\":\"\",\"x\":0,\"thr\":0}\n", 10_000, ""),
            "",
        ),
        (run_file(), lines(birth, operand, 10_000, "],\"of_in\":[]}\n"), ""),
        (run_file(), lines("{\"k\":\"run\",\"v\":2,\"argv\":[", "\"\"", (1 << 17) + 1, "]}\n"), ""),
        (
            run_file(),
            lines("", "{\"k\":\"step\",\"s\":1,\"t\":0,\"loss\":0,\"x\":[[[[[[[[]]]]]]]]}\n", 20_000, ""),
            "",
        ),
    ]
}
