//! Folders of PNG and JPEG: one folder for each class, decoded when an image's turn comes.

use super::limits::{IMAGE_BYTES, PIXELS};
use super::{Examples, Goal, Image, limits};
use crate::error::{Error, Result};
use chainrule::{DType, Diagnostic, Mistake, Place, Shape, Spec, Tensor, limits::MISTAKES};
use image::imageops::{FilterType, resize};
use image::{DynamicImage, ImageFormat, ImageReader};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// How images are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct ImageOptions {
    /// Whether they have colours, in three channels, or are grey.
    pub colour: Colour,
    /// The height and width that all are brought to; without it they must have one size.
    pub resize: Option<(usize, usize)>,
}

/// Channels of images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Colour {
    /// Red, green and blue; grey images have three times the same.
    #[default]
    Colour,
    /// One channel; colours become their luma, 0.2126 red + 0.7152 green + 0.0722 blue.
    Grey,
}

/// Images of a folder with a folder for each class. In memory is one path for each image.
///
/// Features are pixels from 0 to 255, `[channels, height, width]`. What is transparent is not; 16 bits become 8; the turn that a
/// camera notes down is not made.
#[derive(Clone, Debug)]
pub struct ImageFolder {
    files: Vec<(PathBuf, u32)>,
    classes: Vec<String>,
    columns: Vec<String>,
    image: Image,
    options: ImageOptions,
    /// Files in the folders of classes that are neither PNG nor JPEG by their names.
    skipped: usize,
}

impl ImageFolder {
    /// Finds all images below the folders of a folder, in the order of their names, and reads how large they are. The names of
    /// the folders are the classes, in order. Files whose names end otherwise than in png, jpg and jpeg, and what begins
    /// with a dot, are left out.
    ///
    /// # Errors
    /// A folder can't be read; fewer than two classes; a class without images; images that are none, of different sizes or too
    /// large.
    pub fn open(folder: &Path, options: ImageOptions) -> Result<ImageFolder> {
        let wrong = |path: &Path, what: String, hint: &str| Err(mistake(path, what).hint(hint).into());
        let folders: Vec<PathBuf> = listed(folder)?.into_iter().filter(|path| path.is_dir()).collect();
        if !(2..=limits::CLASSES).contains(&folders.len()) {
            let what = format!("has {} folders, but each class is one", folders.len());
            return wrong(folder, what, "give two classes or more, each a folder with its images");
        }
        let (mut files, mut classes, mut skipped) = (Vec::new(), Vec::new(), 0);
        for (class, path) in (0..).zip(&folders) {
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                return wrong(path, "has a name that is no text".into(), "give it another name");
            };
            let all = listed(path)?;
            let before = files.len();
            files.extend(all.iter().filter(|path| is_image(path)).map(|path| (path.clone(), class)));
            skipped += all.len() - (files.len() - before);
            if files.len() == before {
                return wrong(
                    path,
                    "holds no .png and no .jpg".into(),
                    "put its images there, or take it away",
                );
            }
            classes.push(name.to_string());
        }
        let (height, width) = size(&files, options.resize)?;
        let channels = if options.colour == Colour::Colour { 3 } else { 1 };
        let image = Image { channels, height, width };
        let pixels = channels as u64 * height as u64 * width as u64;
        if pixels == 0 || pixels > IMAGE_BYTES {
            let what = format!("images of {height} by {width} can't be had");
            return Err(Error::argument("--resize", what, "give a height and a width, as in 32,32"));
        }
        let columns = columns(image);
        Ok(ImageFolder { files, classes, columns, image, options, skipped })
    }

    /// How many files in the folders of classes are no images by their names, and were left out.
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// Where an example's image is.
    pub fn path(&self, row: usize) -> &Path {
        &self.files[row].0
    }
}

/// What is in a folder and does not begin with a dot, in the order of names.
fn listed(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |why: io::Error| Error::file(folder, "read", &why, "give a folder");
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut paths =
        entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<PathBuf>>>().map_err(failed)?;
    paths.retain(|path| path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.')));
    paths.sort();
    Ok(paths)
}

fn is_image(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    path.is_file() && ending.is_some_and(|ending| ["png", "jpg", "jpeg"].contains(&ending.as_str()))
}

fn mistake(path: &Path, what: impl Into<String>) -> Mistake {
    let place = Place::File { path: path.to_path_buf(), line: None, column: None };
    Mistake::new(place, "image", what)
}

/// Height and width of all images: those that are asked for, or those that all have.
fn size(files: &[(PathBuf, u32)], wanted: Option<(usize, usize)>) -> Result<(usize, usize)> {
    let mut mistakes = Vec::new();
    let mut first = wanted;
    for (path, _) in files {
        if mistakes.len() == MISTAKES {
            break;
        }
        let (width, height) = match measured(path) {
            Ok(size) => size,
            Err(error) => {
                mistakes.extend(error.diagnostic.mistakes().iter().cloned());
                continue;
            }
        };
        let size = (height as usize, width as usize);
        let (h, w) = *first.get_or_insert(size);
        if wanted.is_none() && size != (h, w) {
            let what = format!("is {height} by {width} pixels, but the first image is {h} by {w}");
            let hint = "resize all to one size: --resize HEIGHT,WIDTH";
            mistakes.push(mistake(path, what).hint(hint));
        }
    }
    match Diagnostic::from_all(mistakes) {
        Some(mistakes) => Err(mistakes.into()),
        None => Ok(first.expect("each class has an image")),
    }
}

/// Width and height that the head of a file states.
fn measured(path: &Path) -> Result<(u32, u32)> {
    let failed = |why: io::Error| Error::file(path, "read", &why, "");
    let reader = ImageReader::open(path).and_then(ImageReader::with_guessed_format).map_err(failed)?;
    known(reader.format()).map_err(|what| refused(path, what))?;
    reader.into_dimensions().map_err(|why| refused(path, format!("is damaged or cut short ({why})")))
}

/// Whether the first bytes are those of one of the two formats, whatever the name says.
fn known(format: Option<ImageFormat>) -> std::result::Result<ImageFormat, String> {
    format
        .filter(|format| matches!(format, ImageFormat::Png | ImageFormat::Jpeg))
        .ok_or_else(|| "is neither PNG nor JPEG inside".to_string())
}

fn refused(path: &Path, what: String) -> Error {
    mistake(path, what).hint("make the image again, or take it away").into()
}

/// An image from the bytes of a PNG or JPEG file.
///
/// # Errors
/// In words: it is none, damaged, cut short, or claims more pixels than it can hold.
pub fn decode_image(bytes: &[u8]) -> std::result::Result<DynamicImage, String> {
    let damaged = |why: &dyn std::fmt::Display| format!("is damaged or cut short ({why})");
    let guessed = || ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|why| damaged(&why));
    let format = known(guessed()?.format())?;
    let (width, height) = guessed()?.into_dimensions().map_err(|why| damaged(&why))?;
    let room = (bytes.len() as u64).saturating_mul(PIXELS).min(IMAGE_BYTES);
    if u64::from(width) * u64::from(height) > room {
        return Err(format!("claims {height} by {width} pixels, more than {} bytes can hold", bytes.len()));
    }
    // The decoder takes what a cut file lacks for grey.
    if format == ImageFormat::Jpeg && !ends(bytes) {
        return Err("is cut short: it lacks the mark of its end".to_string());
    }
    let mut reader = guessed()?;
    let mut most = image::Limits::no_limits();
    // Pixels of up to eight bytes, and as much again to work with.
    most.max_alloc = Some(room.saturating_mul(16).max(1 << 20));
    reader.limits(most);
    reader.decode().map_err(|why| damaged(&why))
}

/// Whether a JPEG file ends with the mark of its end, be it padded.
fn ends(bytes: &[u8]) -> bool {
    let padding = bytes.iter().rev().take_while(|byte| matches!(byte, 0 | b'\n' | b'\r')).count();
    bytes[..bytes.len() - padding].ends_with(&[0xff, 0xd9])
}

/// Names of the pixels.
fn columns(image: Image) -> Vec<String> {
    let Image { channels, height, width } = image;
    let of = |i: usize| {
        let (y, x) = (i / width % height, i % width);
        let colour = ["red", "green", "blue"][i / (height * width)];
        if channels == 1 { format!("pixel {y},{x}") } else { format!("{colour} {y},{x}") }
    };
    (0..channels * height * width).map(of).collect()
}

/// The pixels of a PNG or JPEG file, from 0 to 255, as features of an image of this form: `[channels, height, width]`. With
/// `resized` any size will do.
///
/// # Errors
/// The file can't be read, is none or damaged, or has another size.
pub fn load_image(path: &Path, image: Image, resized: bool, to: &mut [f32]) -> Result<()> {
    let bytes = fs::read(path).map_err(|why| Error::file(path, "read", &why, ""))?;
    let decoded = decode_image(&bytes).map_err(|what| refused(path, what))?;
    let Image { channels, height, width } = image;
    let (wide, high) = (width as u32, height as u32);
    let is_right = (decoded.width(), decoded.height()) == (wide, high);
    if !resized && !is_right {
        let (found_high, found_wide) = (decoded.height(), decoded.width());
        let what = format!("is {found_high} by {found_wide} pixels, not {height} by {width}");
        return Err(mistake(path, what)
            .hint("give images of that size, and leave them alone while they are read")
            .into());
    }
    let raw = match channels {
        3 if is_right => decoded.into_rgb8().into_raw(),
        3 => resize(&decoded.into_rgb8(), wide, high, FilterType::Triangle).into_raw(),
        _ if is_right => decoded.into_luma8().into_raw(),
        _ => resize(&decoded.into_luma8(), wide, high, FilterType::Triangle).into_raw(),
    };
    // From pixels that hold their channels to channels that hold their pixels.
    for (channel, plane) in to.chunks_exact_mut(height * width).enumerate() {
        let values = raw.iter().skip(channel).step_by(channels);
        plane.iter_mut().zip(values).for_each(|(to, value)| *to = f32::from(*value));
    }
    Ok(())
}

impl Examples for ImageFolder {
    fn rows(&self) -> usize {
        self.files.len()
    }

    fn inputs(&self) -> Spec {
        let shape = Shape::new(&[self.columns.len()]).expect("its bytes were checked when it was opened");
        Spec { shape, dtype: DType::F32 }
    }

    fn targets(&self) -> Spec {
        Spec::scalar(DType::I64)
    }

    fn goal(&self) -> Goal {
        Goal::Classes(self.classes.clone())
    }

    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn image(&self) -> Option<Image> {
        Some(self.image)
    }

    fn class(&self, row: usize) -> Option<usize> {
        self.files.get(row).map(|(_, class)| *class as usize)
    }

    fn load(&self, rows: &[usize], x: &mut Tensor, y: &mut Tensor) -> Result<()> {
        let (x, y) = (x.as_slice_mut::<f32>()?, y.as_slice_mut::<i64>()?);
        for ((row, x), y) in rows.iter().zip(x.chunks_exact_mut(self.columns.len())).zip(y) {
            load_image(self.path(*row), self.image, self.options.resize.is_some(), x)?;
            *y = i64::from(self.files[*row].1);
        }
        Ok(())
    }

    fn is_slow(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::buffers;
    use image::{GrayImage, Luma, Rgb, RgbImage};

    /// A folder with two classes: `a` has two PNG, `b` a JPEG.
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for class in ["b", "a", ".hidden"] {
            fs::create_dir(folder.path().join(class)).unwrap();
        }
        let colours = RgbImage::from_fn(3, 2, |x, y| Rgb([10 * x as u8, 100 + y as u8, 255]));
        colours.save(folder.path().join("a/2.png")).unwrap();
        GrayImage::from_fn(3, 2, |x, y| Luma([x as u8 + 3 * y as u8]))
            .save(folder.path().join("a/1.PNG"))
            .unwrap();
        RgbImage::from_pixel(3, 2, Rgb([128, 128, 128])).save(folder.path().join("b/x.jpeg")).unwrap();
        fs::write(folder.path().join("b/notes.txt"), "none").unwrap();
        folder
    }

    fn all(images: &ImageFolder) -> Result<(Vec<f64>, Vec<f64>)> {
        let (mut x, mut y) = buffers(images, images.rows()).unwrap();
        images.load(&(0..images.rows()).collect::<Vec<_>>(), &mut x, &mut y)?;
        Ok((x.to_f64(), y.to_f64()))
    }

    #[test]
    fn folders_are_classes_and_channels_come_first() {
        let folder = folder();
        let images = ImageFolder::open(folder.path(), ImageOptions::default()).unwrap();
        assert_eq!(images.goal(), Goal::Classes(vec!["a".into(), "b".into()]));
        assert_eq!((images.rows(), images.skipped()), (3, 1));
        assert_eq!(images.image(), Some(Image { channels: 3, height: 2, width: 3 }));
        assert_eq!(images.columns()[7], "green 0,1");
        let (x, y) = all(&images).unwrap();
        assert_eq!(y, [0.0, 0.0, 1.0]);
        assert_eq!(x[..18], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0].repeat(3));
        let reds = [0.0, 10.0, 20.0, 0.0, 10.0, 20.0];
        assert_eq!(x[18..24], reds);
        assert_eq!(x[24..30], [100.0, 100.0, 100.0, 101.0, 101.0, 101.0]);
        assert_eq!(x[30..36], [255.0; 6]);
        assert!(x[36..].iter().all(|v| (v - 128.0).abs() <= 1.0), "{:?}", &x[36..]);
    }

    #[test]
    fn grey_and_other_sizes_are_had_on_request() {
        let folder = folder();
        let options = ImageOptions { colour: Colour::Grey, resize: Some((4, 5)) };
        RgbImage::from_pixel(7, 9, Rgb([50, 50, 50])).save(folder.path().join("b/large.png")).unwrap();
        let images = ImageFolder::open(folder.path(), options).unwrap();
        assert_eq!(images.image(), Some(Image { channels: 1, height: 4, width: 5 }));
        let (x, _) = all(&images).unwrap();
        // a/1, a/2, b/large, b/x
        assert!(x[40..60].iter().all(|v| *v == 50.0), "{:?}", &x[40..60]);
        let error = ImageFolder::open(folder.path(), ImageOptions::default()).unwrap_err().to_string();
        let expected = "b/large.png: image: is 9 by 7 pixels, but the first image is 2 by 3; \
                        hint: resize all to one size: --resize HEIGHT,WIDTH";
        assert!(error.ends_with(expected), "{error}");
    }

    #[test]
    fn damaged_and_cut_files_are_named() {
        for name in ["a/2.png", "b/x.jpeg"] {
            let folder = folder();
            let path = folder.path().join(name);
            let whole = fs::read(&path).unwrap();
            let images = ImageFolder::open(folder.path(), ImageOptions::default()).unwrap();
            let pixels = all(&images).unwrap();
            for length in 1..whole.len() {
                fs::write(&path, &whole[..length]).unwrap();
                match all(&images) {
                    // A PNG that lacks no more than its end mark has all its pixels, with their checksums.
                    Ok(read) => assert!(read == pixels && length >= whole.len() - 12, "{name}: {length}"),
                    Err(error) => {
                        let text = error.to_string();
                        assert!(text.contains(&format!("{name}: image: ")), "{length}: {text}");
                    }
                }
            }
            fs::write(&path, b"GIF89a").unwrap();
            let error = ImageFolder::open(folder.path(), ImageOptions::default()).unwrap_err().to_string();
            assert!(error.contains("is neither PNG nor JPEG inside"), "{error}");
        }
    }

    #[test]
    fn folders_that_are_no_classes_say_so() {
        let folder = tempfile::tempdir().unwrap();
        let said = || ImageFolder::open(folder.path(), ImageOptions::default()).unwrap_err().to_string();
        assert!(said().contains("has 0 folders, but each class is one"));
        fs::create_dir(folder.path().join("a")).unwrap();
        fs::create_dir(folder.path().join("b")).unwrap();
        assert!(said().contains("a: image: holds no .png and no .jpg"), "{}", said());
        let error = ImageFolder::open(&folder.path().join("none"), ImageOptions::default()).unwrap_err();
        assert!(error.to_string().contains("none: can't be read: no such file or directory"), "{error}");
    }
}
