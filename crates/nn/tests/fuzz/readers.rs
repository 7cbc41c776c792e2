//! The readers, with valid files to begin from.

use super::harness::Reader;
use chainrule::{Data, Tensor};
use chainrule_nn::data::{
    ArrayStream, Dataset, Examples, Features, Lines, Missing, Request, Schema, Table, TableStream,
    TextStream, Vocabulary, arrays, buffers, decode_text, idx, npy as numpy, read, split_text,
};
use std::cell::RefCell;
use std::io::Write;
use std::path::Path;

const TABLE: &str = "length,width,\"kind, or so\",place\n1.5,2,oak,7\n0.5,-1e3,\"elm\",8\n3,4,oak,7\n\n0.25,6,\"a \"\"b\"\"\",7\n";
const BARE: &str = "\u{feff}1.5,x,10\r\n2,y,9\r\n3,z,10";
const GAPS: &str = "a,b,y\n1,?,0\n,red,1\n3,blue,0\nnull,red,1\n4,red,1\n";
const NPZ: &[u8] = b"PK\x01\x02\x03\x04\x05\x06\x00\x08\xff\x7f\x93";
const CSV: &[u8] = b"\x00\xff\x80\",\n\r;.-+e09NaN?\xef\xbb\xbf";

pub fn words<T>(result: chainrule_nn::Result<T>) -> Result<T, String> {
    result.map_err(|error| error.to_string())
}

/// A file of this thread for what is read from the disk.
pub fn file<R>(name: &str, bytes: &[u8], f: impl FnOnce(&Path) -> R) -> R {
    thread_local! {
        static FOLDER: RefCell<Option<tempfile::TempDir>> = const { RefCell::new(None) };
    }
    FOLDER.with_borrow_mut(|folder| {
        let path = folder.get_or_insert_with(|| tempfile::tempdir().unwrap()).path().join(name);
        std::fs::write(&path, bytes).unwrap();
        f(&path)
    })
}

fn requests() -> [Request; 4] {
    let mut codes = Request::class("-1");
    codes.categorical.push("0".into());
    [
        Request { missing: Missing::Mean, ..Request::class("kind, or so") },
        Request { missing: Missing::Drop, ..Request::class("2") },
        Request { missing: Missing::Mean, ..Request::numbers(["0"]) },
        codes,
    ]
}

/// The numbers of a table in memory are as many as they should be, and finite unless a value is missing.
fn whole(data: &Dataset, schema: &Schema) {
    assert!(data.rows() > 0 && data.features.len() == data.rows() * schema.width());
    let may_miss = schema.missing() == Missing::Mean && schema.means().is_none();
    assert!(data.features.iter().all(|x| x.is_finite() || may_miss && x.is_nan()));
    if let Some(classes) = schema.classes() {
        assert!(classes.len() >= 2 && (0..data.rows()).all(|row| data.class(row).unwrap() < classes.len()));
    }
}

/// Every example, to compare by bits.
fn bits(examples: &dyn Examples) -> chainrule_nn::Result<Vec<u64>> {
    let (mut x, mut y) = buffers(examples, examples.rows())?;
    // Backwards, so that what is read in parts has to look for each.
    examples.load(&(0..examples.rows()).rev().collect::<Vec<_>>(), &mut x, &mut y)?;
    Ok(x.to_f64().iter().chain(&y.to_f64()).map(|v| v.to_bits()).collect())
}

pub fn csv() -> Reader {
    fn read(bytes: &[u8]) -> Result<(), String> {
        let table = Table::new(bytes.to_vec(), Path::new("t.csv"));
        let mut result = Err("no request was met".to_string());
        for request in requests() {
            let learnt = words(table.learn(&request)).map(|schema| {
                let data = table.examples(&schema).expect("what was learnt from can be read");
                whole(&data, &schema);
                // A row that was dropped for want of a target may have a category that no other row has; means are not known.
                if schema.missing() == Missing::Refuse {
                    assert_eq!(table.features(&schema).map(|f| f.values), Ok(data.features.clone()));
                }
                assert_eq!(Schema::from_json(&schema.to_json(), Path::new("m")), Ok(schema));
            });
            match learnt {
                Ok(()) => result = Ok(()),
                Err(text) if result.is_err() => result = Err(text),
                Err(_) => {}
            }
        }
        result
    }
    let seeds = [TABLE, BARE, GAPS].map(|text| text.as_bytes().to_vec()).to_vec();
    Reader { name: "csv", disk: false, seeds, telling: CSV, within: None, factor: 1200, read }
}

pub fn csv_by_a_schema() -> Reader {
    fn read(bytes: &[u8]) -> Result<(), String> {
        let table = Table::new(bytes.to_vec(), Path::new("new.csv"));
        let mut result = Ok(());
        for (text, request) in [(TABLE, Request::class("kind, or so")), (BARE, Request::class("-1"))] {
            let schema = Table::new(text.into(), Path::new("t.csv")).learn(&request).unwrap();
            let width = schema.width();
            let Features { values, lines, .. } = match table.features(&schema) {
                Ok(features) => features,
                Err(error) => {
                    result = Err(error.to_string());
                    continue;
                }
            };
            assert!(!lines.is_empty() && values.len() == lines.len() * width);
            assert!(values.iter().all(|x| x.is_finite()) && lines.is_sorted());
            if let Ok(data) = table.examples(&schema) {
                assert_eq!(data.features, values);
            }
            return Ok(());
        }
        result
    }
    let without = "place,more,width,length\n7,x,1,2\n8,,3,4\n".as_bytes().to_vec();
    let seeds = vec![TABLE.into(), BARE.into(), without, b"1,x\n2,z".to_vec()];
    Reader { name: "csv by a schema", disk: false, seeds, telling: CSV, within: None, factor: 1200, read }
}

pub fn csv_in_parts() -> Reader {
    fn read(bytes: &[u8]) -> Result<(), String> {
        file("t.csv", bytes, |path| {
            let table = Table::new(bytes.to_vec(), path);
            let mut result = Err("no request was met".to_string());
            for request in requests() {
                match (TableStream::learn(path, &request), table.learn(&request)) {
                    (Ok(stream), Ok(schema)) => {
                        assert_eq!(stream.schema(), &schema);
                        let data = table.examples(&schema).unwrap();
                        assert_eq!(bits(&stream).unwrap(), bits(&data).unwrap());
                        let again = TableStream::open(path, &schema).unwrap();
                        assert_eq!(bits(&again).unwrap(), bits(&data).unwrap());
                        result = Ok(());
                    }
                    (one, other) => {
                        let (one, other) = (one.map(drop), other.map(drop));
                        assert!(one == other || bytes.starts_with(b"\x1f\x8b"), "{one:?} {other:?}");
                        result = result.or(words(one));
                    }
                }
            }
            result
        })
    }
    let seeds = [BARE, TABLE].map(|text| text.as_bytes().to_vec()).to_vec();
    // Both are in memory here, and the examples as f64 besides.
    Reader { name: "csv in parts", disk: true, seeds, telling: CSV, within: None, factor: 6000, read }
}

pub fn schema() -> Reader {
    fn read(bytes: &[u8]) -> Result<(), String> {
        let text = String::from_utf8_lossy(bytes);
        let schema = words(Schema::from_json(&text, Path::new("m")))?;
        assert_eq!(Schema::from_json(&schema.to_json(), Path::new("m")).as_ref(), Ok(&schema));
        for text in [TABLE, GAPS] {
            let table = Table::new(text.into(), Path::new("t.csv"));
            if let Ok(data) = table.examples(&schema) {
                whole(&data, &schema);
            }
            if let Ok(features) = table.features(&schema) {
                assert_eq!(features.values.len(), features.lines.len() * schema.width());
            }
        }
        Ok(())
    }
    let mut seeds = Vec::new();
    for (text, request) in [(TABLE, 0), (GAPS, 1), (GAPS, 3)] {
        let mut request = requests()[request].clone();
        request.missing = Missing::Mean;
        let table = Table::new(text.into(), Path::new("t.csv"));
        let mut schema = table.learn(&request).unwrap();
        seeds.push(schema.to_json().into_bytes());
        let data = table.examples(&schema).unwrap();
        schema.fit(&data, &(0..data.rows()).collect::<Vec<_>>()).unwrap();
        seeds.push(schema.to_json().into_bytes());
    }
    Reader {
        name: "schema",
        disk: false,
        seeds,
        telling: b"[]{}\",:0-e9.nulltruefalse\\",
        within: None,
        factor: 200,
        read,
    }
}

fn array(dims: &[usize]) -> Tensor {
    let count = dims.iter().product::<usize>();
    Tensor::new((0..count).map(|i| i as f32 * 0.75 - 2.0).collect::<Vec<_>>(), dims).unwrap()
}

/// Files of many kinds and orders: those that are written here, and changed by hand.
fn npy_seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> =
        [&[2, 3][..], &[5], &[], &[2, 2, 2]].map(|dims| numpy::encode(&array(dims))).to_vec();
    for data in [
        Data::F64(vec![1.5; 6]),
        Data::I32(vec![-3; 6]),
        Data::I64(vec![1, 2, 1, 2, 1, 9]),
        Data::U8(vec![7; 6]),
        Data::Bool(vec![true; 6]),
    ] {
        let bytes = numpy::encode(&Tensor::from_data(data, &[3, 2]).unwrap());
        seeds.push(bytes);
    }
    let turned = seeds[0].clone();
    let at = turned.windows(5).position(|five| five == b"False").unwrap();
    seeds.push([&turned[..at], b"True ", &turned[at + 5..]].concat());
    seeds
}

const NPY: &[u8] = b"\x93\x00\xff\x01\x02\x03'<>|fiub1248(),: TrueFalse-9";

pub fn npy() -> Reader {
    fn read(bytes: &[u8]) -> Result<(), String> {
        let array = numpy::decode(bytes)?;
        let again = numpy::decode(&numpy::encode(&array)).unwrap();
        assert_eq!(again.spec(), array.spec());
        let bits = |t: &Tensor| t.to_f64().iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&again), bits(&array));
        Ok(())
    }
    // Read, written, read again and compared as f64.
    Reader { name: "npy", disk: false, seeds: npy_seeds(), telling: NPY, within: None, factor: 64, read }
}

pub fn npy_in_parts() -> Reader {
    fn read(bytes: &[u8]) -> Result<(), String> {
        // As many targets as there are examples, where that can be known.
        let rows = numpy::decode(bytes).ok().and_then(|x| x.shape().iter().next());
        let y = numpy::encode(&array(&[rows.unwrap_or(2).clamp(1, 1000)]));
        let y = file("y.npy", &y, |y| y.to_path_buf());
        match file("x.npy", bytes, |x| (arrays::from_npy(x, &y), ArrayStream::open(x, &y))) {
            (Ok(data), Ok(stream)) => {
                assert_eq!(bits(&stream).unwrap(), bits(&data).unwrap());
                Ok(())
            }
            // A number that is not finite is found when it is read.
            (Err(error), Ok(stream)) => {
                assert!(bits(&stream).unwrap_err().to_string().contains("must be a finite number"));
                Err(error.to_string())
            }
            // In memory other orders are known, and gzip is unpacked.
            (Ok(_), Err(error)) => {
                let text = error.to_string();
                assert!(text.contains("fastest") || bytes.starts_with(b"\x1f\x8b"), "{text}");
                Ok(())
            }
            (Err(error), Err(_)) => Err(error.to_string()),
        }
    }
    let seeds = npy_seeds().into_iter().enumerate().filter(|(i, _)| *i != 2).map(|(_, seed)| seed).collect();
    Reader { name: "npy in parts", disk: true, seeds, telling: NPY, within: None, factor: 200, read }
}

/// An archive as `numpy.savez` writes it: nothing is packed.
fn stored(arrays: [(&str, &Tensor); 2]) -> Vec<u8> {
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, tensor) in arrays {
        archive.start_file(format!("{name}.npy"), options).unwrap();
        archive.write_all(&numpy::encode(tensor)).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

pub fn npz_in_parts() -> Reader {
    fn read(bytes: &[u8]) -> Result<(), String> {
        file("t.npz", bytes, |path| match (arrays::open_npz(path, 0), arrays::from_npz(path, "x", "y")) {
            (Ok(stream), Ok(data)) => {
                assert_eq!(bits(&*stream).unwrap(), bits(&data).unwrap());
                Ok(())
            }
            // What is damaged further on is found when it is read, or is in an array that nobody asked for.
            (Ok(stream), Err(_)) => words(bits(&*stream).map(drop)),
            (Err(error), _) => Err(error.to_string()),
        })
    }
    let [x, y] = [array(&[3, 2]), array(&[3])];
    let seeds = vec![stored([("x", &x), ("y", &y)]), stored([("y", &y), ("x", &x)])];
    Reader { name: "npz in parts", disk: true, seeds, telling: NPZ, within: None, factor: 1032 * 64, read }
}

pub fn npz() -> Reader {
    fn read(bytes: &[u8]) -> Result<(), String> {
        let all = numpy::decode_npz(bytes)?;
        all.iter().for_each(|(_, array)| assert_eq!(array.to_f64().len(), array.shape().elements()));
        words(file("t.npz", bytes, |path| arrays::from_npz(path, "x", "y").map(drop))).ok();
        Ok(())
    }
    let seeds = vec![include_bytes!("../../../cli/tests/data/values.npz").to_vec()];
    Reader { name: "npz", disk: true, seeds, telling: NPZ, within: None, factor: 1032 * 64, read }
}

pub fn idx() -> Reader {
    fn read(bytes: &[u8]) -> Result<(), String> {
        let read = words(idx::parse(bytes, Path::new("x")))?;
        assert_eq!(read.dims.iter().product::<usize>(), read.bytes.len());
        let labels: Vec<u8> = [&[0, 0, 8, 1, 0, 0, 0, 2][..], &[1, 0]].concat();
        let labels = file("labels", &labels, |path| path.to_path_buf());
        let images = file("images", bytes, |path| idx::images(path, &labels, &["a", "b"]));
        if let Ok(data) = images {
            assert_eq!((data.rows(), data.features.len()), (2, read.bytes.len()));
        }
        Ok(())
    }
    let images = [&[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3][..], &[7; 12]].concat();
    let seeds = vec![images, vec![0, 0, 8, 1, 0, 0, 0, 2, 1, 0], vec![0, 0, 8, 0, 9]];
    Reader {
        name: "idx",
        disk: true,
        seeds,
        telling: &[0, 8, 1, 2, 3, 0xff, 0x7f],
        within: None,
        factor: 64,
        read,
    }
}

pub fn gzip() -> Reader {
    fn check(bytes: &[u8]) -> Result<(), String> {
        let text = words(file("t.gz", bytes, read))?;
        // Without its first bytes it is not known as packed, and is read as it is.
        assert!(text == bytes || text.len() <= 1032 * bytes.len());
        Ok(())
    }
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;
    let pack = |bytes: &[u8]| {
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    };
    let seeds = vec![pack(TABLE.as_bytes()), pack(&[0; 100_000]), pack(b"")];
    Reader {
        name: "gzip",
        disk: true,
        seeds,
        telling: b"\x1f\x8b\x08\x00\xff",
        within: None,
        factor: 4 * 1032,
        read: check,
    }
}

#[cfg(feature = "images")]
fn pixels(bytes: &[u8]) -> Result<(), String> {
    let image = chainrule_nn::data::decode_image(bytes)?;
    let (width, height) = (image.width() as usize, image.height() as usize);
    assert_eq!(image.into_rgb8().into_raw().len(), 3 * width * height);
    Ok(())
}

#[cfg(feature = "images")]
pub fn png() -> Reader {
    let seeds = vec![
        include_bytes!("../fixtures/images/plain/colours.png").to_vec(),
        include_bytes!("../fixtures/images/plain/grey.png").to_vec(),
        include_bytes!("../fixtures/images/odd/palette.png").to_vec(),
        include_bytes!("../fixtures/images/odd/alpha.png").to_vec(),
        include_bytes!("../fixtures/images/odd/sixteen.png").to_vec(),
    ];
    Reader {
        name: "png",
        disk: false,
        seeds,
        telling: b"IHDRPLTEIDATIEND\x00\x01\xff\x7f",
        within: None,
        factor: 16 * 4096,
        read: pixels,
    }
}

#[cfg(feature = "images")]
pub fn jpeg() -> Reader {
    let seeds = vec![
        include_bytes!("../fixtures/images/plain/baseline.jpg").to_vec(),
        include_bytes!("../fixtures/images/odd/progressive.jpg").to_vec(),
    ];
    Reader {
        name: "jpeg",
        disk: false,
        seeds,
        telling: b"\xff\xd8\xd9\xda\xc0\xc2\xc4\xdb\xdd\x00\x01\x11",
        within: None,
        factor: 16 * 4096,
        read: pixels,
    }
}

pub fn text() -> Reader {
    fn read(bytes: &[u8]) -> Result<(), String> {
        let path = Path::new("t.txt");
        let text = words(decode_text(bytes.to_vec(), path))?;
        let vocabulary = words(Vocabulary::of(&text))?;
        let tokens = vocabulary.encode(&text, "text").unwrap();
        assert_eq!(vocabulary.decode(&tokens), Ok(text.clone()));
        if let Ok((train, test)) = split_text(&text, &vocabulary, 5, 0.3) {
            for part in [train, test] {
                let (mut x, mut y) = buffers(&part, 2).unwrap();
                part.load(&[0, part.rows() - 1], &mut x, &mut y).unwrap();
                let count = vocabulary.len() as f64;
                assert!(x.to_f64().iter().chain(&y.to_f64()).all(|t| (0.0..count).contains(t)));
            }
        }
        let lines = words(Lines::new(&text, path))?;
        let (contexts, whole) = (words(lines.contexts(3))?, words(lines.whole())?);
        let letters: usize = text.lines().map(|line| line.trim().chars().count()).sum();
        assert_eq!(contexts.rows(), letters + lines.len());
        for examples in [&contexts as &dyn Examples, &whole] {
            let (mut x, mut y) = buffers(examples, 1).unwrap();
            for row in [0, examples.rows() - 1] {
                examples.load(&[row], &mut x, &mut y).unwrap();
                let count = lines.vocabulary().len() as f64;
                assert!(x.to_f64().iter().all(|t| (0.0..count).contains(t)));
                assert!(y.to_f64().iter().all(|t| (-1.0..count).contains(t)));
            }
        }
        Ok(())
    }
    let seeds = ["emma\nolivia\r\n\nava\n", "übergröße\n漢字 か\n🦀🦀", "a", " x \n"]
        .map(|t| t.as_bytes().to_vec())
        .to_vec();
    Reader {
        name: "text",
        disk: false,
        seeds,
        telling: b"\n\r.\x00\xff\xc3\xe2\xef\xbb\xbf ",
        within: None,
        factor: 160,
        read,
    }
}

pub fn text_in_parts() -> Reader {
    fn read(bytes: &[u8]) -> Result<(), String> {
        file("t.txt", bytes, |path| {
            let memory = decode_text(bytes.to_vec(), path)
                .and_then(|text| split_text(&text, &Vocabulary::of(&text)?, 4, 0.3));
            match (TextStream::open(path, 4, 0.3), memory) {
                (Ok(stream), Ok(memory)) => {
                    assert_eq!(bits(&stream.0).unwrap(), bits(&memory.0).unwrap());
                    assert_eq!(bits(&stream.1).unwrap(), bits(&memory.1).unwrap());
                    Ok(())
                }
                (stream, memory) => {
                    let stream = words(stream.map(drop));
                    assert!(
                        stream == words(memory.map(drop)) || bytes.starts_with(b"\x1f\x8b"),
                        "{stream:?}"
                    );
                    stream
                }
            }
        })
    }
    let seeds = vec![
        "\u{feff}emma\nolivia\r\n\nava\n".repeat(20).into(),
        "übergröße\n漢字 か\n🦀🦀".repeat(9).into(),
    ];
    // Every window is loaded, and compared as f64.
    Reader {
        name: "text in parts",
        disk: true,
        seeds,
        telling: b"\n\r.\x00\xff\xc3\xe2\xef\xbb\xbf ",
        within: None,
        factor: 1000,
        read,
    }
}
