//! Columns of any kind, schemas on new tables, missing values, and tables that are read in parts.

use super::*;
use crate::data::{Examples, buffers, limits::CATEGORIES};
use std::fs;
use std::time::{Duration, SystemTime};

const TREES: &str = "height,kind,place,age\n3.5,oak,7,40\n2,elm,3,22\n4,oak,3,61\n1,ash,7,9\n";

fn table(text: &str) -> Table {
    Table::new(text.as_bytes().to_vec(), Path::new("t.csv"))
}

fn said<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.expect_err("this is refused").to_string()
}

fn loaded(examples: &dyn Examples, rows: &[usize]) -> Result<(Vec<f64>, Vec<f64>)> {
    let (mut x, mut y) = buffers(examples, rows.len())?;
    examples.load(rows, &mut x, &mut y)?;
    Ok((x.to_f64(), y.to_f64()))
}

#[test]
fn text_becomes_a_feature_for_each_category_and_codes_do_on_request() {
    let mut request = Request::numbers(["age"]);
    request.categorical.push("place".into());
    let schema = table(TREES).learn(&request).unwrap();
    assert_eq!(schema.features(), ["height", "kind=ash", "kind=elm", "kind=oak", "place=3", "place=7"]);
    let data = table(TREES).examples(&schema).unwrap();
    assert_eq!(data.row(0), [3.5, 0.0, 0.0, 1.0, 0.0, 1.0]);
    assert_eq!(data.row(1), [2.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
    let values = vec![40.0, 22.0, 61.0, 9.0];
    assert_eq!(data.targets, Targets::Numbers { names: vec!["age".into()], values });
    request.categorical.clear();
    request.ignored.push("kind".into());
    request.target = Target::Numbers(vec!["age".into(), "height".into()]);
    let schema = table(TREES).learn(&request).unwrap();
    assert_eq!(
        (schema.features(), schema.targets()),
        (vec!["place".into()], vec!["height".into(), "age".into()])
    );
}

#[test]
fn text_among_numbers_is_a_mistake_and_not_a_category() {
    let error = said(table("a,y\n1,0\nred,1\n2,1\n").learn(&Request::class("y")));
    assert!(
        error.contains("row 3, column 1 (a) holds the text \"red\", not a number; hint: give numbers"),
        "{error}"
    );
    let error = said(table("a,y\n1,0\nred,1\nblue,1\n").learn(&Request::class("y")));
    assert!(error.contains("most cells of the column are text"), "{error}");
    assert_eq!(error.lines().count(), 2, "{error}");
}

#[test]
fn too_many_categories_are_refused() {
    let text =
        |count| (0..count).fold("a,b,y\n".to_string(), |text, i| format!("{text}name{i},1,{}\n", i % 2));
    assert!(table(&text(CATEGORIES)).learn(&Request::class("y")).is_ok());
    let error = said(table(&text(CATEGORIES + 1)).learn(&Request::class("y")));
    assert!(error.contains("column 1 (a) has more than 256 categories; hint: ignore the column"), "{error}");
    let mut request = Request::class("y");
    request.ignored.push("a".into());
    assert_eq!(table(&text(CATEGORIES + 1)).learn(&request).unwrap().features(), ["b"]);
}

#[test]
fn a_column_has_one_role() {
    let mut request = Request::class("kind");
    request.categorical.push("kind".into());
    let error = said(table(TREES).learn(&request));
    assert!(error.starts_with("--label: column \"kind\" has another role already"), "{error}");
    request.categorical = vec!["plaze".into()];
    let error = said(table(TREES).learn(&request));
    assert_eq!(error, "--categorical: there is no column \"plaze\"; hint: did you mean place?");
    let error = said(table("a,y\n1,2.5\n2,\n3,x\n").learn(&Request::numbers(["y"])));
    assert!(error.contains("row 3, column 2 (y) is missing; hint: every row needs its target"), "{error}");
    assert!(
        error.contains("row 4, column 2 (y) holds the text \"x\", not a number; hint: targets are"),
        "{error}"
    );
}

#[test]
fn missing_values_become_means_of_the_rows_that_are_learnt_from() {
    let text = "a,kind,y\n1,oak,0\n,elm,1\n4,,0\n100,oak,1\n";
    let error = said(table(text).learn(&Request::class("y")));
    assert!(
        error.contains("row 3, column 1 (a) is missing") && error.contains("row 4, column 2 (kind)"),
        "{error}"
    );
    let request = Request { missing: Missing::Mean, ..Request::class("y") };
    let mut schema = table(text).learn(&request).unwrap();
    assert!(said(table(text).features(&schema)).contains("a value is missing, and its mean is not known"));
    let mut data = table(text).examples(&schema).unwrap();
    assert!(data.row(1)[0].is_nan() && data.row(2)[1].is_nan() && data.row(2)[2].is_nan());
    schema.fit(&data, &[0, 1, 2]).unwrap();
    schema.fill_in(&mut data);
    assert_eq!(data.row(1), [2.5, 1.0, 0.0]);
    assert_eq!(data.row(2), [4.0, 0.5, 0.5]);
    // Fitted, it fills in what it reads, also after it was saved.
    let again = Schema::from_json(&schema.to_json(), Path::new("m")).unwrap();
    assert_eq!(again, schema);
    assert_eq!(table("kind,a\n?,\n").features(&again).unwrap().values, [2.5, 0.5, 0.5]);
    let error = said(schema.clone().fit(&table(text).examples(&schema).unwrap(), &[]));
    assert!(error.contains("column a has no value in any row that is learnt from"), "{error}");
}

#[test]
fn rows_that_lack_a_value_are_left_out_on_request() {
    let text = "a,b,y\n1,,0\n2,5,1\n?,5,0\n3,6,0\n4,7,n/a\n";
    let mut request = Request { missing: Missing::Drop, ..Request::class("y") };
    let schema = table(text).learn(&request).unwrap();
    assert_eq!(table(text).examples(&schema).unwrap().features, [2.0, 5.0, 3.0, 6.0]);
    assert_eq!(table(text).left_out(&schema).unwrap(), 3);
    // What is to be predicted is not needed for predictions, and may be missing.
    let features = table(text).features(&schema).unwrap();
    assert_eq!((features.lines, features.values), (vec![3, 5, 6], vec![2.0, 5.0, 3.0, 6.0, 4.0, 7.0]));
    request.ignored.push("b".into());
    let schema = table(text).learn(&request).unwrap();
    assert_eq!(table(text).examples(&schema).unwrap().features, [1.0, 2.0, 3.0]);
    let error = said(table("a,y\n,0\n1,\n").learn(&request));
    assert!(error.contains("there is no column"), "{error}");
    request.ignored.clear();
    let error = said(table("a,y\n,0\n1,\n").learn(&request));
    assert!(error.contains("each of the 2 rows lacks a value"), "{error}");
}

#[test]
fn new_tables_are_read_by_name() {
    let schema = table(TREES).learn(&Request::class("kind")).unwrap();
    let features = |text: &str| table(text).features(&schema);
    let read = features("age,more,place,height\n1,x,2,3\n").unwrap();
    assert_eq!((read.values, read.lines), (vec![3.0, 2.0, 1.0], vec![2]));
    let error = said(features("age,plase\n1,2\n"));
    assert!(
        error.contains("there is no column \"height\"; hint: the columns of t.csv are age, plase"),
        "{error}"
    );
    assert!(
        error.contains("there is no column \"place\"; hint: the model was trained with it; is it plase?")
    );
    let error = said(features("height,place,age,age\n1,2,3,4\n"));
    assert!(error.contains("2 columns are called \"age\" where training had 1"), "{error}");
    assert!(said(features("height,place,age\n")).contains("there are no rows to read"));
    assert!(said(features("")).contains("the file is empty"));
    let error = said(features("height,place,age\n1,,3\nx,2,3\n"));
    assert!(error.contains("t.csv:2:2: csv: row 2, column 2 (place) is missing"), "{error}");
    assert!(error.contains("t.csv:3:1: csv: row 3, column 1 (height) holds the text \"x\""), "{error}");
}

#[test]
fn categories_and_classes_that_training_has_not_seen_are_named() {
    let schema = table(TREES).learn(&Request::numbers(["age"])).unwrap();
    let error = said(table("height,place,kind\n1,2,pine\n").features(&schema));
    let expected = "t.csv:2:3: csv: row 2, column 3 (kind) holds \"pine\", which is none of the categories ash, elm, oak; \
                    hint: leave the row out, or train again with such rows";
    assert_eq!(error, expected);
    let schema = table(TREES).learn(&Request::class("kind")).unwrap();
    let error = said(table("height,place,age,kind\n1,2,3,pine\n").examples(&schema));
    assert!(error.contains("holds \"pine\", which is none of the classes ash, elm, oak"), "{error}");
}

#[test]
fn without_a_header_columns_go_by_position() {
    let schema = table("1,red,10\n2,blue,11\n").learn(&Request::numbers(["0"])).unwrap();
    assert_eq!(schema.features(), ["column1=blue", "column1=red", "column2"]);
    let read = |text: &str| table(text).features(&schema);
    assert_eq!(read("red,5\n").unwrap().values, [0.0, 1.0, 5.0]);
    assert_eq!(read("9,red,5\n").unwrap().values, [0.0, 1.0, 5.0]);
    let error = said(read("9,9,red,5\n"));
    assert!(error.contains("has 4 cells where training had 3, or 2 without the target"), "{error}");
    assert!(said(table("red,5\n").examples(&schema)).contains("has 2 cells where training had 3; hint"));
}

#[test]
fn schemas_that_contradict_themselves_are_refused() {
    let schema = table(TREES).learn(&Request::class("kind")).unwrap();
    let json = schema.to_json();
    assert_eq!(Schema::from_json(&json, Path::new("m")).unwrap(), schema);
    for (from, to, what) in [
        ("[\"ash\",\"elm\",\"oak\"]", "[\"ash\",\"ash\"]", "has names twice"),
        ("[\"ash\",\"elm\",\"oak\"]", "[]", "too few or too many"),
        ("{\"class\":[\"ash\",\"elm\",\"oak\"]}", "\"number\"", "has nothing to predict"),
        ("\"number\"", "\"target\"", "a class and numbers"),
        ("\"header\"", "\"head\"", "is none: unknown field"),
        ("\"missing\":\"refuse\"", "\"missing\":\"mean\",\"means\":[1]", "its means do not fit its features"),
    ] {
        let error = said(Schema::from_json(&json.replacen(from, to, 1), Path::new("m")));
        assert!(error.starts_with("m: schema: ") && error.contains(what), "{to}: {error}");
    }
}

/// A table with everything: a byte order mark, both ends of lines, quotes over lines, blank lines, no end of line at the end.
fn odd() -> String {
    let mut text = "\u{feff}a,kind,b,y\r\n".to_string();
    for i in 0..300 {
        let kind = ["oak", "\"elm, \"\"grey\"\"\"", "\"ash\nor\nnone\""][i % 3];
        let a = if i % 7 == 0 { String::new() } else { format!("{}", i as f64 / 7.0) };
        let end = if i % 2 == 0 { "\r\n\n" } else { "\n" };
        text += &format!("{a},{kind},{},c{}{end}", i * i, i % 5);
    }
    text.trim_end().to_string()
}

#[test]
fn a_stream_has_the_numbers_of_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    for (text, target) in [
        (odd(), Request::class("y")),
        (odd(), Request::numbers(["b"])),
        ("1,2,x\n3,4,y\n5,6,x".to_string(), Request::class("-1")),
    ] {
        for missing in [Missing::Mean, Missing::Drop] {
            fs::write(&path, &text).unwrap();
            let request = Request { missing, ..target.clone() };
            let table = Table::read(&path).unwrap();
            let mut schema = table.learn(&request).unwrap();
            let mut data = table.examples(&schema).unwrap();
            let mut stream = TableStream::learn(&path, &request).unwrap();
            assert_eq!(stream.schema(), &schema);
            let fitted: Vec<usize> = (0..data.rows()).step_by(2).collect();
            schema.fit(&data, &fitted).unwrap();
            schema.fill_in(&mut data);
            stream.fit(&fitted).unwrap();
            assert_eq!(stream.schema(), &schema);
            let again = TableStream::open(&path, &schema).unwrap();
            let count = data.rows();
            for stream in [stream, again] {
                assert_eq!((stream.rows(), stream.goal()), (count, data.goal()));
                assert_eq!((stream.inputs(), stream.targets()), (data.inputs(), Examples::targets(&data)));
                let backward: Vec<usize> = (0..count).rev().collect();
                assert_eq!(loaded(&stream, &backward).unwrap(), loaded(&data, &backward).unwrap());
                let forward: Vec<usize> = (0..count).collect();
                assert_eq!(loaded(&stream, &forward).unwrap(), loaded(&data, &forward).unwrap());
                assert!((0..count).all(|row| stream.class(row) == data.class(row)));
            }
        }
    }
}

#[test]
fn the_pass_over_a_stream_says_what_memory_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    for text in
        ["", "a,y\n", "a,y\n1\n2,3,4\n", "a,y\n1,0\nx,1\n,1\n", "a,y\n1,0\n2,0\n", "a,y\n\u{feff}1,0\n2,1\n"]
    {
        fs::write(&path, text).unwrap();
        let memory = Table::read(&path).and_then(|table| table.learn(&Request::class("y")));
        let stream = TableStream::learn(&path, &Request::class("y"));
        assert_eq!(said(stream), said(memory), "{text:?}");
    }
    fs::write(&path, [0x1f, 0x8b, 8, 0]).unwrap();
    let error = said(TableStream::learn(&path, &Request::class("y")));
    assert!(error.contains("t.csv: is packed with gzip; hint: unpack it first"), "{error}");
}

#[test]
fn a_stream_that_is_cut_or_changed_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    let text: String = (0..5000).fold("a,y\n".into(), |text, i| format!("{text}{i},{}\n", i % 2));
    let longer = format!("{text}1,1\n");
    for damage in ["", &text[..20], &text[..text.len() - 1], &longer, &text.replace("4999,1", "4999,0")] {
        fs::write(&path, &text).unwrap();
        let stream = TableStream::learn(&path, &Request::class("y")).unwrap();
        assert_eq!(loaded(&stream, &[4999, 3]).unwrap(), (vec![4999.0, 3.0], vec![1.0, 1.0]));
        fs::write(&path, damage).unwrap();
        // The system's clock for files may stand still for some milliseconds.
        let file = fs::File::options().append(true).open(&path).unwrap();
        file.set_modified(SystemTime::now() + Duration::from_secs(1)).unwrap();
        for row in [4999, 3] {
            let error = said(loaded(&stream, &[row]));
            assert!(error.contains("t.csv: was changed while it was read; hint: leave it alone"), "{error}");
        }
    }
}
