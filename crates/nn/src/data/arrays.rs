//! Examples from NumPy arrays: in memory, or read from an `.npy` file when their turn comes.
//!
//! The first axis of `x` counts examples. Three axes are grey images (examples, height, width), four are images with channels
//! (examples, channels, height, width); otherwise an example is as many features as it has numbers. `y` holds one whole number
//! or truth value for each example, which is its class, or floats, `[examples]` or `[examples, names]`, which are to be predicted.

use super::npy::{self, Header, mistake};
use super::{Dataset, Examples, Goal, Image, Targets, watched::Watched};
use crate::data::limits;
use crate::error::Result;
use chainrule::{DType, Data, Shape, Slice, Spec, Tensor, limits::RANK};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Examples from the arrays `x` and `y` of an `.npz` file: in memory, or as an [`ArrayStream`] if the file has more bytes than
/// `most` and `x` lies in it unpacked.
///
/// # Errors
/// As [`from_npz`] and [`ArrayStream::open`].
pub fn open_npz(path: &Path, most: u64) -> Result<Arc<dyn Examples>> {
    let watched = Watched::open(path)?;
    if watched.length() <= most {
        return Ok(Arc::new(from_npz(path, "x", "y")?));
    }
    let wrong = |what: String| mistake(path, "npz", what, "write it again with numpy.savez");
    let entries = npy::entries(watched.from(0)?).map_err(wrong)?;
    let x = entries.iter().find(|entry| entry.name == "x").and_then(|entry| entry.place);
    match x {
        Some(place) => {
            let y = npy::read_entry(&watched, "y")?;
            Ok(Arc::new(ArrayStream::new(watched, place, (&y, path))?))
        }
        // Packed, or not there, which is said by who reads it whole.
        None => Ok(Arc::new(from_npz(path, "x", "y")?)),
    }
}

/// Examples from two arrays of an `.npz` file, called `x` and `y` or otherwise.
///
/// # Errors
/// The file can't be read, has no such arrays, or they do not fit together; numbers that are not finite.
pub fn from_npz(path: &Path, x: &str, y: &str) -> Result<Dataset> {
    let mut arrays = npy::read_npz(path)?;
    let known: Vec<String> = arrays.iter().map(|(name, _)| name.clone()).collect();
    let mut take = |wanted: &str| match arrays.iter().position(|(name, _)| name == wanted) {
        Some(at) => Ok(arrays.swap_remove(at).1),
        None => {
            let what = format!("has no array {wanted}");
            let hint = format!("its arrays are {}", super::table::shorten(&known));
            Err(mistake(path, "npz", what, hint))
        }
    };
    let (x, y) = (take(x)?, take(y)?);
    dataset(&x, path, &y, path)
}

/// Examples from two `.npy` files.
///
/// # Errors
/// As [`from_npz`].
pub fn from_npy(x: &Path, y: &Path) -> Result<Dataset> {
    dataset(&npy::read(x)?, x, &npy::read(y)?, y)
}

/// Examples from two arrays; the paths are for messages.
fn dataset(x: &Tensor, x_path: &Path, y: &Tensor, y_path: &Path) -> Result<Dataset> {
    let form = Form::new(&x.shape().dims(), x_path)?;
    let targets = targets(y, form.rows, y_path)?;
    let mut features = vec![0.0; x.shape().elements()];
    copy(x.slice(), &mut features).map_err(|(at, what)| form.unfit(at, &what, x_path))?;
    Ok(Dataset { columns: form.columns(), features, targets, image: form.image })
}

/// How many examples an array has, and what each is.
#[derive(Debug)]
struct Form {
    dims: Vec<usize>,
    rows: usize,
    width: usize,
    image: Option<Image>,
}

impl Form {
    fn new(dims: &[usize], path: &Path) -> Result<Form> {
        let wrong = |what: String, hint: &str| Err(mistake(path, "npy", what, hint));
        let image = match *dims {
            [_, height, width] => Some(Image { channels: 1, height, width }),
            [_, channels, height, width] => Some(Image { channels, height, width }),
            _ => None,
        };
        let Some((&rows, rest)) = dims.split_first() else {
            return wrong("holds one number".into(), "give an array whose first axis counts examples");
        };
        let width = rest.iter().product();
        if rows == 0 || width == 0 {
            return wrong(format!("has shape {dims:?}, which holds no examples"), "give one example or more");
        }
        Ok(Form { dims: dims.to_vec(), rows, width, image })
    }

    /// Names of the features: where they stand in an example.
    fn columns(&self) -> Vec<String> {
        let of = |mut flat: usize| {
            let mut at = vec![0; self.dims.len() - 1];
            for (to, length) in at.iter_mut().zip(&self.dims[1..]).rev() {
                *to = flat % length;
                flat /= length;
            }
            at.iter().map(usize::to_string).collect::<Vec<_>>().join(",")
        };
        match self.dims.len() {
            1 => vec!["x".to_string()],
            _ => (0..self.width).map(|i| format!("x{}", of(i))).collect(),
        }
    }

    /// Number `flat` of the array is none that can be learnt from.
    fn unfit(&self, flat: usize, what: &str, path: &Path) -> crate::Error {
        let place = format!("example {}, number {}", flat / self.width, flat % self.width);
        mistake(path, "npy", format!("{place} is {what}"), "every feature must be a finite number")
    }
}

/// What is wrong with a number, and which one it is.
type Unfit = (usize, String);

/// Numbers of any dtype as f32.
fn copy(from: Slice<'_>, to: &mut [f32]) -> std::result::Result<(), Unfit> {
    match from {
        Slice::F32(v) => to.copy_from_slice(v),
        Slice::F64(v) => to.iter_mut().zip(v).for_each(|(to, x)| *to = *x as f32),
        Slice::I32(v) => to.iter_mut().zip(v).for_each(|(to, x)| *to = *x as f32),
        Slice::I64(v) => to.iter_mut().zip(v).for_each(|(to, x)| *to = *x as f32),
        Slice::U8(v) => to.iter_mut().zip(v).for_each(|(to, x)| *to = f32::from(*x)),
        Slice::Bool(v) => to.iter_mut().zip(v).for_each(|(to, x)| *to = f32::from(u8::from(*x))),
    }
    let Some(at) = to.iter().position(|x| !x.is_finite()) else { return Ok(()) };
    Err((
        at,
        match from {
            Slice::F64(v) if v[at].is_finite() => format!("{}, too large for f32", v[at]),
            _ => to[at].to_string(),
        },
    ))
}

/// What `y` says about so many examples.
fn targets(y: &Tensor, rows: usize, path: &Path) -> Result<Targets> {
    let dims = y.shape().dims();
    let wrong = |what: String, hint: &str| Err(mistake(path, "npy", what, hint));
    if dims.first() != Some(&rows) || dims.len() > 2 || dims.get(1) == Some(&0) {
        let what = format!("y has shape {dims:?} beside {rows} examples");
        return wrong(what, "give one class for each example, or one number or more");
    }
    if y.dtype().is_float() {
        let width = dims.get(1).copied().unwrap_or(1);
        let mut values = vec![0.0; y.shape().elements()];
        if let Err((at, what)) = copy(y.slice(), &mut values) {
            let what = format!("target {} of example {} is {what}", at % width, at / width);
            return wrong(what, "every target must be a finite number");
        }
        let names = match dims.len() {
            1 => vec!["y".to_string()],
            _ => (0..width).map(|i| format!("y{i}")).collect(),
        };
        return Ok(Targets::Numbers { names, values });
    }
    if dims.len() != 1 {
        let what = format!("y has shape {dims:?}, but classes are one whole number for each example");
        return wrong(
            what,
            "give the position of the class, not zeros and ones; or floats, to predict numbers",
        );
    }
    let labels = y.slice().to_i64();
    let distinct: BTreeSet<i64> = labels.iter().copied().collect();
    if !(2..=limits::CLASSES).contains(&distinct.len()) {
        let what = format!("y has {} classes", distinct.len());
        return wrong(what, "a classifier needs two classes or more, and not a class for each example");
    }
    let classes: Vec<i64> = distinct.into_iter().collect();
    let number = |label: &i64| classes.binary_search(label).expect("the classes are the labels");
    let labels = labels.iter().map(number).collect();
    Ok(Targets::Classes { names: classes.iter().map(i64::to_string).collect(), labels })
}

/// Examples from an `.npy` file that are read when they are needed, with a `y` that is in memory. Takes as much memory as `y` and
/// one example.
#[derive(Debug)]
pub struct ArrayStream {
    header: Header,
    form: Form,
    columns: Vec<String>,
    targets: Targets,
    /// Where the numbers begin.
    start: u64,
    source: Mutex<(Watched, Vec<u8>)>,
}

/// Longest header that is looked at: NumPy's own limit is 10,000 bytes.
const HEADER: u64 = 1 << 16;

impl ArrayStream {
    /// Opens two files; `y` is read at once.
    ///
    /// # Errors
    /// As [`from_npy`], but numbers that are not finite are found when they are read; the first index runs fastest.
    pub fn open(x: &Path, y: &Path) -> Result<ArrayStream> {
        let watched = Watched::open(x)?;
        let all = (0, watched.length());
        ArrayStream::new(watched, all, (&npy::read(y)?, y))
    }

    /// Of a file that holds the array from a byte on, for so many bytes.
    fn new(
        mut watched: Watched,
        (from, length): (u64, u64),
        (y, of): (&Tensor, &Path),
    ) -> Result<ArrayStream> {
        let path = watched.path().to_path_buf();
        let x = path.as_path();
        let mut head = vec![0; length.min(HEADER) as usize];
        watched.read_at(from, &mut head)?;
        let wrong = |what: String| mistake(x, "npy", what, "write it again with numpy.save");
        if head.is_empty() {
            return Err(wrong("is empty".to_string()));
        }
        let (header, after) = Header::read(&head).map_err(wrong)?;
        let start = (head.len() - after.len()) as u64;
        if header.columns_first && header.dims.len() > 1 {
            let hint = "write it again as numpy.ascontiguousarray(x)";
            return Err(mistake(x, "npy", "lies with the first index running fastest", hint));
        }
        // Counted in u64: the file may hold more than a tensor or this machine's memory.
        let elements = header.dims.iter().try_fold(1u64, |all, &d| all.checked_mul(d as u64));
        let wanted = elements.and_then(|n| n.checked_mul(header.kind.bytes() as u64));
        let there = length - start;
        if header.dims.len() > RANK || wanted.is_none_or(|wanted| wanted > there) {
            let wanted = wanted.map_or("more than can be".to_string(), |n| n.to_string());
            return Err(wrong(format!(
                "shape {:?} needs {wanted} bytes, but {there} are there",
                header.dims
            )));
        }
        let form = Form::new(&header.dims, x)?;
        Shape::new(&[form.width]).map_err(wrong)?;
        let targets = targets(y, form.rows, of)?;
        let bytes = vec![0; form.width * header.kind.bytes()];
        watched.check()?;
        let columns = form.columns();
        let start = from + start;
        Ok(ArrayStream { header, form, columns, targets, start, source: Mutex::new((watched, bytes)) })
    }
}

impl Examples for ArrayStream {
    fn rows(&self) -> usize {
        self.form.rows
    }

    fn inputs(&self) -> Spec {
        let shape = Shape::new(&[self.form.width]).expect("it was checked when the file was opened");
        Spec { shape, dtype: DType::F32 }
    }

    fn targets(&self) -> Spec {
        self.targets.spec()
    }

    fn goal(&self) -> Goal {
        self.targets.goal()
    }

    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn image(&self) -> Option<Image> {
        self.form.image
    }

    fn class(&self, row: usize) -> Option<usize> {
        self.targets.class(row)
    }

    fn load(&self, rows: &[usize], x: &mut Tensor, y: &mut Tensor) -> Result<()> {
        // What a panic has left behind is no more than where the file stands.
        let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
        let (watched, bytes) = &mut *source;
        let width = self.form.width;
        for (row, to) in rows.iter().zip(x.as_slice_mut::<f32>()?.chunks_exact_mut(width)) {
            watched.read_at(self.start + *row as u64 * bytes.len() as u64, bytes)?;
            let numbers: Data = self.header.numbers(bytes);
            copy(numbers.as_slice(), to)
                .map_err(|(at, what)| self.form.unfit(row * width + at, &what, watched.path()))?;
        }
        self.targets.load(rows, y)?;
        watched.check()
    }

    fn is_slow(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::buffers;
    use std::fs;
    use std::path::PathBuf;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Folder {
            Folder(tempfile::tempdir().unwrap())
        }

        fn npy(&self, name: &str, array: &Tensor) -> PathBuf {
            let path = self.0.path().join(name);
            npy::write(&path, array).unwrap();
            path
        }
    }

    fn numbers(dims: &[usize]) -> Tensor {
        let count = dims.iter().product::<usize>();
        Tensor::new((0..count).map(|i| i as f32 * 0.37 - 3.0).collect::<Vec<f32>>(), dims).unwrap()
    }

    fn loaded(examples: &dyn Examples, rows: &[usize]) -> Result<(Vec<f64>, Vec<f64>)> {
        let (mut x, mut y) = buffers(examples, rows.len())?;
        examples.load(rows, &mut x, &mut y)?;
        Ok((x.to_f64(), y.to_f64()))
    }

    #[test]
    fn a_stream_has_the_numbers_of_memory() {
        let folder = Folder::new();
        let ints = |v: Vec<i64>, dims: &[usize]| Tensor::new(v, dims).unwrap();
        let many = ints((0..60).map(|i| i * 1_000_000_007).collect(), &[6, 10]);
        for x in [
            numbers(&[6, 4]),
            numbers(&[6, 2, 3, 2]),
            numbers(&[6]),
            many,
            numbers(&[6, 2, 5]).cast(DType::F64),
        ] {
            for y in [ints(vec![3, 7, 3, -1, 7, 7], &[6]), numbers(&[6]), numbers(&[6, 3])] {
                let (x, y) = (folder.npy("x.npy", &x), folder.npy("y.npy", &y));
                let memory = from_npy(&x, &y).unwrap();
                let stream = ArrayStream::open(&x, &y).unwrap();
                assert_eq!(stream.rows(), 6);
                assert_eq!((stream.goal(), stream.image()), (memory.goal(), memory.image()));
                assert_eq!(
                    (stream.inputs(), stream.targets()),
                    (memory.inputs(), Examples::targets(&memory))
                );
                assert_eq!((stream.class(3), stream.columns()), (memory.class(3), memory.columns()));
                let rows = [5, 0, 3, 3];
                assert_eq!(loaded(&stream, &rows).unwrap(), loaded(&memory, &rows).unwrap());
            }
        }
    }

    /// An archive as numpy.savez and numpy.savez_compressed write it.
    fn npz(arrays: &[(&str, &Tensor)], is_packed: bool) -> Vec<u8> {
        let method =
            if is_packed { zip::CompressionMethod::Deflated } else { zip::CompressionMethod::Stored };
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, array) in arrays {
            archive.start_file(format!("{name}.npy"), options).unwrap();
            std::io::Write::write_all(&mut archive, &npy::encode(array)).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    #[test]
    fn an_archive_that_is_not_packed_is_read_in_parts() {
        let folder = Folder::new();
        let path = folder.0.path().join("a.npz");
        let (x, y) = (numbers(&[6, 4]), Tensor::new(vec![3i64, 7, 3, -1, 7, 7], &[6]).unwrap());
        let more = numbers(&[2, 2]);
        for (is_packed, most, is_slow) in
            [(false, 10, true), (false, 1 << 20, false), (true, 10, false), (true, 1 << 20, false)]
        {
            fs::write(&path, npz(&[("other", &more), ("y", &y), ("x", &x)], is_packed)).unwrap();
            let examples = open_npz(&path, most).unwrap();
            let memory = from_npz(&path, "x", "y").unwrap();
            assert_eq!(examples.is_slow(), is_slow, "{is_packed} {most}");
            assert_eq!((examples.goal(), examples.columns()), (memory.goal(), memory.columns()));
            let rows = [5, 0, 3, 3];
            assert_eq!(loaded(&*examples, &rows).unwrap(), loaded(&memory, &rows).unwrap());
        }
        let said = |bytes: &[u8]| {
            fs::write(&path, bytes).unwrap();
            open_npz(&path, 10).err().map(|error| error.to_string()).unwrap_or_default()
        };
        let error = said(&npz(&[("x", &x)], false));
        assert!(error.contains("a.npz: npz: has no array y; hint: its arrays are x"), "{error}");
        let error = said(&npz(&[("z", &x), ("y", &y)], false));
        assert!(error.contains("a.npz: npz: has no array x; hint: its arrays are z, y"), "{error}");
        let whole = npz(&[("x", &x), ("y", &y)], false);
        for cut in [11, whole.len() / 2, whole.len() - 5] {
            let error = said(&whole[..cut]);
            assert!(error.contains("a.npz: npz: is no .npz archive, or not a whole one"), "{error}");
        }
    }

    #[test]
    fn an_archive_that_claims_more_than_memory_is_refused_before_it_is_read() {
        let folder = Folder::new();
        let path = folder.0.path().join("a.npz");
        let y = Tensor::new(vec![3i64, 7], &[2]).unwrap();
        let mut bytes = npz(&[("x", &numbers(&[2, 4])), ("y", &y)], true);
        // The size in the directory, of both entries: 0xc0000000 bytes.
        let entries: Vec<usize> =
            (0..bytes.len() - 4).filter(|&i| bytes[i..i + 4] == *b"PK\x01\x02").collect();
        assert_eq!(entries.len(), 2);
        for at in entries {
            bytes[at + 24..at + 28].copy_from_slice(&0xc000_0000u32.to_le_bytes());
        }
        fs::write(&path, bytes).unwrap();
        let error = open_npz(&path, 10).err().unwrap().to_string();
        let what = "a.npz: npz: holds 6.4 GB of arrays, too much to be read at once; hint: write `x` and `y` with numpy.save";
        assert!(error.contains(what), "{error}");
    }

    #[test]
    fn classes_are_the_numbers_that_occur() {
        let folder = Folder::new();
        let x = folder.npy("x.npy", &numbers(&[3, 2, 2]));
        let y = folder.npy("y.npy", &Tensor::new(vec![20i32, -5, 20], &[3]).unwrap());
        let data = from_npy(&x, &y).unwrap();
        assert_eq!(data.goal(), Goal::Classes(vec!["-5".into(), "20".into()]));
        assert_eq!((data.class(0), data.class(1)), (Some(1), Some(0)));
        assert_eq!(data.image, Some(Image::grey(2, 2)));
        assert_eq!(data.columns, ["x0,0", "x0,1", "x1,0", "x1,1"]);
    }

    #[test]
    fn files_that_are_cut_or_changed_are_errors() {
        let folder = Folder::new();
        let y = folder.npy("y.npy", &numbers(&[50]));
        let x = folder.npy("x.npy", &numbers(&[50, 100]));
        let whole = fs::read(&x).unwrap();
        // A file that is replaced is another file; the one that is open is written to here.
        let change = |bytes: &[u8]| fs::write(&x, bytes).unwrap();
        for damage in [&whole[..whole.len() - 1], &whole[..10], &[&whole[..], b"x"].concat()] {
            change(&whole);
            let stream = ArrayStream::open(&x, &y).unwrap();
            assert!(loaded(&stream, &[49]).is_ok());
            change(damage);
            let error = loaded(&stream, &[49]).unwrap_err().to_string();
            assert!(error.contains("x.npy: was changed while it was read; hint: leave it alone"), "{error}");
        }
        change(&whole[..whole.len() - 1]);
        let error = ArrayStream::open(&x, &y).unwrap_err().to_string();
        assert!(error.contains("shape [50, 100] needs 20000 bytes, but 19999 are there"), "{error}");
    }

    #[test]
    fn what_does_not_fit_says_so() {
        let folder = Folder::new();
        let x = folder.npy("x.npy", &numbers(&[3, 2]));
        let said = |y: &Tensor| from_npy(&x, &folder.npy("y.npy", y)).unwrap_err().to_string();
        assert!(said(&numbers(&[4])).contains("y.npy: npy: y has shape [4] beside 3 examples"));
        let hot = Tensor::new(vec![0u8, 1, 1, 0, 1, 0], &[3, 2]).unwrap();
        assert!(said(&hot).contains("classes are one whole number for each example"));
        assert!(said(&Tensor::new(vec![1i64; 3], &[3]).unwrap()).contains("y has 1 classes"));
        let bad = Tensor::new(vec![1.0, 2.0, f64::NAN, 1.0, 1e39, 0.0], &[3, 2]).unwrap();
        assert!(said(&bad).contains("target 0 of example 1 is NaN"));
        let y = folder.npy("y.npy", &numbers(&[3]));
        let bad = Tensor::new(vec![1.0, 2.0, 3.0, 1.0, 1e39, 0.0], &[3, 2]).unwrap();
        let bad = folder.npy("bad.npy", &bad);
        let error = from_npy(&bad, &y).unwrap_err().to_string();
        assert!(error.contains("bad.npy: npy: example 2, number 0 is 1"), "{error}");
        assert!(error.contains("too large for f32"), "{error}");
        let stream = ArrayStream::open(&bad, &y).unwrap();
        assert!(loaded(&stream, &[0, 1]).is_ok());
        assert_eq!(loaded(&stream, &[1, 2]).unwrap_err().to_string(), error);
        let error = from_npz(&x, "x", "y").unwrap_err().to_string();
        assert!(error.contains("x.npy: npz: is no .npz archive"), "{error}");
    }
}
