//! A text larger than memory: one pass finds its letters and where every 256th of them starts; windows are read when their turn
//! comes.

use super::{Vocabulary, characters::parts, no_text};
use crate::data::{Examples, Goal, limits::CLASSES, watched::Watched};
use crate::error::Result;
use chainrule::{DType, Shape, Spec, Tensor};
use std::{
    collections::BTreeSet,
    io::Read,
    ops::Range,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// How many letters apart are those whose places are known.
const APART: usize = 256;
/// How much is read from the disk at a time in the pass over the whole file.
const PASS: usize = 1 << 18;

/// Windows of a text file, as [`Characters`](super::Characters) has them. In memory are 8 bytes for 256 letters, and one window.
#[derive(Clone, Debug)]
pub struct TextStream {
    file: Arc<Letters>,
    part: Range<usize>,
    context: usize,
    step: usize,
}

/// The letters of a file.
#[derive(Debug)]
struct Letters {
    vocabulary: Vocabulary,
    /// Where each 256th letter starts, and at last where the file ends.
    places: Vec<u64>,
    source: Mutex<(Watched, Vec<u8>)>,
}

impl TextStream {
    /// Opens a text to learn from, and its last share to measure with, as [`split_text`](super::split_text) does with the
    /// vocabulary of the whole text.
    ///
    /// # Errors
    /// As there; the file can't be read, is packed, no UTF-8, or changes in the meantime.
    pub fn open(path: &Path, context: usize, share: f64) -> Result<(TextStream, TextStream)> {
        let mut watched = Watched::open(path)?;
        let start = watched.text_start()?;
        let mut pass = Pass { letters: BTreeSet::new(), count: 0, byte: start, line: 1, places: Vec::new() };
        pass.whole(&watched, start)?;
        watched.check()?;
        let vocabulary = Vocabulary::new(pass.letters)?;
        let [train, test] = parts(pass.count, context, share)?;
        pass.places.push(pass.byte);
        let source = Mutex::new((watched, Vec::new()));
        let file = Arc::new(Letters { vocabulary, places: pass.places, source });
        let train = TextStream { file: Arc::clone(&file), part: train, context, step: 1 };
        Ok((train, TextStream { file, part: test, context, step: context }))
    }

    /// The letters that the text is made of.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.file.vocabulary
    }
}

/// What was seen of a text so far.
struct Pass {
    letters: BTreeSet<char>,
    count: usize,
    byte: u64,
    line: u64,
    places: Vec<u64>,
}

impl Pass {
    fn whole(&mut self, watched: &Watched, start: u64) -> Result<()> {
        let path = watched.path();
        let mut file = watched.from(start)?;
        let mut bytes = vec![0; PASS];
        // What a piece ends with may be the beginning of a letter.
        let mut kept = 0;
        loop {
            let read = match file.read(&mut bytes[kept..]) {
                Err(why) if why.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(why) => return Err(crate::Error::file(path, "read", &why, "")),
                Ok(read) => read,
            };
            let piece = &bytes[..kept + read];
            let valid = match str::from_utf8(piece) {
                Ok(text) => text,
                Err(why) => {
                    let valid = &piece[..why.valid_up_to()];
                    if why.error_len().is_some() || read == 0 {
                        let lines = valid.iter().filter(|byte| **byte == b'\n').count() as u64;
                        return Err(no_text(path, self.line + lines).into());
                    }
                    str::from_utf8(valid).expect("it is valid up to there")
                }
            };
            self.piece(valid);
            let (from, to) = (valid.len(), piece.len());
            if read == 0 {
                return Ok(());
            }
            bytes.copy_within(from..to, 0);
            kept = to - from;
        }
    }

    fn piece(&mut self, text: &str) {
        for letter in text.chars() {
            if self.count.is_multiple_of(APART) {
                self.places.push(self.byte);
            }
            // One more than there may be is enough to know.
            if self.letters.len() <= CLASSES {
                self.letters.insert(letter);
            }
            self.count += 1;
            self.byte += letter.len_utf8() as u64;
            self.line += u64::from(letter == '\n');
        }
    }
}

impl Examples for TextStream {
    fn rows(&self) -> usize {
        (self.part.len() - self.context - 1) / self.step + 1
    }

    fn inputs(&self) -> Spec {
        let shape = Shape::new(&[self.context]).expect("it was checked when the file was opened");
        Spec { shape, dtype: DType::I64 }
    }

    fn targets(&self) -> Spec {
        self.inputs()
    }

    fn goal(&self) -> Goal {
        Goal::Tokens(self.file.vocabulary.names())
    }

    fn load(&self, rows: &[usize], x: &mut Tensor, y: &mut Tensor) -> Result<()> {
        let (x, y) = (x.as_slice_mut::<i64>()?, y.as_slice_mut::<i64>()?);
        let Letters { vocabulary, places, source } = &*self.file;
        // What a panic has left behind is no more than where the file stands.
        let mut source = source.lock().unwrap_or_else(PoisonError::into_inner);
        let (watched, bytes) = &mut *source;
        let windows = x.chunks_exact_mut(self.context).zip(y.chunks_exact_mut(self.context));
        for (row, (x, y)) in rows.iter().zip(windows) {
            let start = self.part.start + row * self.step;
            let end = (start + self.context + 1).div_ceil(APART).min(places.len() - 1);
            let (from, to) = (places[start / APART], places[end]);
            bytes.resize((to - from) as usize, 0);
            watched.read_at(from, bytes)?;
            let text = str::from_utf8(bytes).map_err(|_| watched.changed())?;
            let mut letters = text.chars().skip(start % APART).map(|letter| vocabulary.number(letter));
            let mut next = || letters.next().flatten().map(i64::from).ok_or_else(|| watched.changed());
            let mut before = next()?;
            for (x, y) in x.iter_mut().zip(y) {
                *x = before;
                before = next()?;
                *y = before;
            }
        }
        watched.check()
    }

    fn is_slow(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{buffers, split_text};
    use std::fs;

    fn loaded(examples: &dyn Examples, rows: &[usize]) -> Result<(Vec<f64>, Vec<f64>)> {
        let (mut x, mut y) = buffers(examples, rows.len())?;
        examples.load(rows, &mut x, &mut y)?;
        Ok((x.to_f64(), y.to_f64()))
    }

    #[test]
    fn a_stream_has_the_numbers_of_memory() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.txt");
        let mixed = "ab\u{e4}\u{6f22}\n\u{1f980}c".repeat(150);
        // Longer than a piece of the pass, with letters across its ends.
        let long = "\u{6f22}\u{1f980}x".repeat(PASS / 4);
        for (text, mark) in [(&mixed, ""), (&mixed, "\u{feff}"), (&"plain text".repeat(40), ""), (&long, "")]
        {
            fs::write(&path, format!("{mark}{text}")).unwrap();
            for context in [1, 7, 100] {
                let vocabulary = Vocabulary::of(text).unwrap();
                let memory = split_text(text, &vocabulary, context, 0.3).unwrap();
                let stream = TextStream::open(&path, context, 0.3).unwrap();
                assert_eq!(stream.0.vocabulary(), &vocabulary);
                for (memory, stream) in [(memory.0, stream.0), (memory.1, stream.1)] {
                    assert_eq!((stream.rows(), stream.inputs()), (memory.rows(), memory.inputs()));
                    let rows: Vec<usize> = (0..memory.rows()).rev().step_by(memory.rows() / 50 + 1).collect();
                    assert_eq!(loaded(&stream, &rows).unwrap(), loaded(&memory, &rows).unwrap());
                    assert_eq!(loaded(&stream, &[0]).unwrap(), loaded(&memory, &[0]).unwrap());
                }
            }
        }
    }

    #[test]
    fn texts_that_are_none_cut_or_changed_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.txt");
        let said = |bytes: &[u8]| {
            fs::write(&path, bytes).unwrap();
            TextStream::open(&path, 3, 0.5).unwrap_err().to_string()
        };
        let hint = "t.txt:2: text: is no UTF-8 text; hint: save it as UTF-8";
        assert!(said(b"abc\nabc\xff\xfeabc").ends_with(hint));
        assert!(said(b"abc\nabcabcabc\xf0\x9f").ends_with(hint), "cut within a letter");
        assert!(said(b"").contains("there are no letters"));
        assert!(said(b"abcdef").contains("the part to learn from has 3 letters, too few for windows of 3"));
        let text = "some text that is long enough. ".repeat(30);
        for damage in [&text[..100], "", &format!("{text}x")] {
            fs::write(&path, &text).unwrap();
            let (train, _) = TextStream::open(&path, 8, 0.1).unwrap();
            assert!(loaded(&train, &[600]).is_ok());
            fs::write(&path, damage).unwrap();
            let error = loaded(&train, &[600]).unwrap_err().to_string();
            assert!(error.contains("t.txt: was changed while it was read"), "{error}");
        }
    }
}
