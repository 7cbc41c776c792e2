//! IDX files: bytes with their axes, the form of MNIST and of what is shaped like it.
//!
//! Two zero bytes, the kind of number (8 for bytes), the number of axes, the length of each as four bytes with the highest first,
//! then the numbers, row-major (Y. LeCun, C. Cortes, C. Burges: "The MNIST database of handwritten digits").

use super::{Dataset, Image, Targets, read};
use crate::error::Result;
use chainrule::{Mistake, Place};
use std::path::{Path, PathBuf};

/// The kind of number that is read.
const BYTES: u8 = 8;

/// Where Debian's package `dataset-fashion-mnist` puts its files.
pub const FASHION_MNIST: &str = "/usr/share/datasets/fashion-mnist";

const CLOTHES: [&str; 10] =
    ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"];

/// The content of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Idx {
    /// The lengths of its axes.
    pub dims: Vec<usize>,
    /// As many bytes as the lengths say.
    pub bytes: Vec<u8>,
}

/// Reads the bytes of an IDX file. `path` is for messages.
///
/// # Errors
/// It is none, holds other numbers than bytes, or is longer or shorter than it says.
pub fn parse(content: &[u8], path: &Path) -> Result<Idx> {
    let wrong = |what: String, hint: &str| Err(mistake(path, what).hint(hint).into());
    let (kind, axes) = match content {
        [0, 0, kind, axes, ..] => (*kind, usize::from(*axes)),
        _ => {
            return wrong(
                "is no IDX file".into(),
                "give one that begins with two zero bytes, packed with gzip or not",
            );
        }
    };
    if kind != BYTES {
        return wrong(format!("holds numbers of kind {kind}"), "give a file of bytes, which are kind 8");
    }
    let Some((lengths, bytes)) = content[4..].split_at_checked(4 * axes) else {
        return wrong(format!("ends before the lengths of its {axes} axes"), "fetch it again");
    };
    let of = |four: &[u8]| four.iter().fold(0usize, |length, &byte| length << 8 | usize::from(byte));
    let dims: Vec<usize> = lengths.chunks_exact(4).map(of).collect();
    let wanted = dims.iter().try_fold(1usize, |product, &length| product.checked_mul(length));
    if wanted != Some(bytes.len()) {
        let wanted = wanted.map_or("more than can be".to_string(), |n| n.to_string());
        return wrong(
            format!("holds {} bytes, but its lengths {dims:?} say {wanted}", bytes.len()),
            "fetch it again",
        );
    }
    Ok(Idx { dims, bytes: bytes.to_vec() })
}

fn mistake(path: &Path, what: String) -> Mistake {
    let place = Place::File { path: path.to_path_buf(), line: None, column: None };
    Mistake::new(place, "idx", what)
}

/// Images with their labels, from two files: pixels from 0 to 255, `[images, height, width]`, and `[images]`.
///
/// # Errors
/// A file can't be read or is no such file, or the two do not fit together.
pub fn images(images: &Path, labels: &Path, classes: &[&str]) -> Result<Dataset> {
    let pixels = parse(&read(images)?, images)?;
    let [count, height, width] = pixels.dims[..] else {
        let what = format!("has {} axes, but images have three", pixels.dims.len());
        return Err(mistake(images, what)
            .hint("give images, height and width, as train-images-idx3-ubyte has")
            .into());
    };
    let known = parse(&read(labels)?, labels)?;
    if known.dims != [count] {
        let what = format!("has lengths {:?} beside {count} images", known.dims);
        return Err(mistake(labels, what).hint("give one label for each image").into());
    }
    if let Some(at) = known.bytes.iter().position(|&label| usize::from(label) >= classes.len()) {
        let what = format!("label {at} is {}, but there are {} classes", known.bytes[at], classes.len());
        return Err(mistake(labels, what).hint("labels count from 0").into());
    }
    Ok(Dataset {
        columns: (0..height * width)
            .map(|i| format!("pixel {},{}", i / width.max(1), i % width.max(1)))
            .collect(),
        features: pixels.bytes.iter().map(|&byte| f32::from(byte)).collect(),
        targets: Targets::Classes {
            names: classes.iter().map(|class| (*class).to_string()).collect(),
            labels: known.bytes.iter().map(|&label| usize::from(label)).collect(),
        },
        image: Some(Image::grey(height, width)),
    })
}

/// Fashion-MNIST from a folder with its four files, packed with gzip or not: 60,000 images of clothes to learn from, and 10,000
/// to test with.
///
/// # Errors
/// A file is missing or damaged; what is missing says how to get it.
pub fn fashion_mnist(folder: &Path) -> Result<(Dataset, Dataset)> {
    let file = |name: &str| -> Result<PathBuf> {
        let (plain, packed) = (folder.join(name), folder.join(format!("{name}.gz")));
        let found = [&packed, &plain].into_iter().find(|path| path.is_file()).cloned();
        let hint = format!(
            "apt-get install dataset-fashion-mnist puts it under {FASHION_MNIST}; or name another folder"
        );
        found.ok_or_else(|| mistake(&packed, "is not there".to_string()).hint(hint).into())
    };
    let part = |name: &str| -> Result<Dataset> {
        images(
            &file(&format!("{name}-images-idx3-ubyte"))?,
            &file(&format!("{name}-labels-idx1-ubyte"))?,
            &CLOTHES,
        )
    };
    Ok((part("train")?, part("t10k")?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Examples;
    use std::fs;

    fn idx(dims: &[u32], bytes: &[u8]) -> Vec<u8> {
        let lengths = dims.iter().flat_map(|d| d.to_be_bytes());
        [0, 0, 8, dims.len() as u8].into_iter().chain(lengths).chain(bytes.iter().copied()).collect()
    }

    #[test]
    fn what_is_written_is_read() {
        let content = idx(&[2, 1, 3], &[1, 2, 3, 4, 5, 255]);
        let read = parse(&content, Path::new("x")).unwrap();
        assert_eq!(read, Idx { dims: vec![2, 1, 3], bytes: vec![1, 2, 3, 4, 5, 255] });
        assert_eq!(parse(&idx(&[0, 5], &[]), Path::new("x")).unwrap().dims, [0, 5]);
    }

    #[test]
    fn damaged_files_are_refused_and_never_feared() {
        let said = |content: &[u8]| parse(content, Path::new("x")).unwrap_err().to_string();
        assert!(said(b"PK\x03\x04").starts_with("x: idx: is no IDX file"));
        assert!(said(&[0, 0, 13, 1, 0, 0, 0, 0]).contains("holds numbers of kind 13"));
        assert!(said(&idx(&[2, 2], &[1, 2, 3])).contains("holds 3 bytes, but its lengths [2, 2] say 4"));
        assert!(said(&[0, 0, 8, 3, 0, 0]).contains("ends before the lengths of its 3 axes"));
        assert!(said(&idx(&[u32::MAX; 4], &[1])).contains("say more than can be"));
        let whole = idx(&[2, 1, 3], &[1, 2, 3, 4, 5, 6]);
        for length in 0..whole.len() {
            assert!(parse(&whole[..length], Path::new("x")).is_err(), "{length}");
        }
    }

    #[test]
    fn images_and_labels_must_fit_together() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, content: Vec<u8>| {
            let path = folder.path().join(name);
            fs::write(&path, content).unwrap();
            path
        };
        let pixels = write("pixels", idx(&[2, 1, 2], &[0, 128, 255, 1]));
        let data = images(&pixels, &write("labels", idx(&[2], &[1, 0])), &["a", "b"]).unwrap();
        assert_eq!((data.rows(), data.width(), data.image), (2, 2, Some(Image::grey(1, 2))));
        assert_eq!((data.row(0), [0, 1].map(|row| data.class(row))), (&[0.0, 128.0][..], [Some(1), Some(0)]));
        let said =
            |labels: Vec<u8>| images(&pixels, &write("others", labels), &["a", "b"]).unwrap_err().to_string();
        assert!(said(idx(&[3], &[1, 0, 0])).contains("has lengths [3] beside 2 images"));
        assert!(said(idx(&[2], &[1, 2])).contains("label 1 is 2, but there are 2 classes"));
        let flat = write("flat", idx(&[4], &[1; 4]));
        assert!(
            images(&flat, &pixels, &["a"])
                .unwrap_err()
                .to_string()
                .contains("has 1 axes, but images have three")
        );
        let missing = fashion_mnist(folder.path()).unwrap_err().to_string();
        assert!(missing.contains("train-images-idx3-ubyte.gz: idx: is not there"), "{missing}");
        assert!(missing.contains("apt-get install dataset-fashion-mnist"), "{missing}");
    }
}
