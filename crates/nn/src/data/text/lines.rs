//! Lines as examples, such as names: each letter from those before it, by contexts of a few letters or by whole lines.

use super::{Vocabulary, mistake};
use crate::data::{Examples, Goal};
use crate::error::{Error, Result};
use crate::rng::{Purpose, Rng};
use chainrule::{DType, Shape, Spec, Tensor};
use std::{collections::BTreeSet, path::Path, sync::Arc};

/// What stands before and behind each line; its number is 0.
const EDGE: char = '.';

/// The lines of a text, in a vocabulary of their letters.
#[derive(Clone, Debug)]
pub struct Lines {
    /// All lines one after the other, each with an edge before and behind it.
    tokens: Arc<[u16]>,
    /// Where each line's first edge is, in the order of this part.
    starts: Vec<usize>,
    vocabulary: Arc<Vocabulary>,
    /// Letters of the longest line of the whole text.
    longest: usize,
}

impl Lines {
    /// The lines of a text that are not blank, without spaces around them. `path` is for messages.
    ///
    /// # Errors
    /// There are none, or one has a `.`, which stands for its edges.
    pub fn new(text: &str, path: &Path) -> Result<Lines> {
        let letters: BTreeSet<char> = text.lines().flat_map(|line| line.trim().chars()).collect();
        let letters = letters.into_iter().filter(|&letter| letter != EDGE);
        Lines::read_by(text, path, &Vocabulary::new(std::iter::once(EDGE).chain(letters))?)
    }

    /// The same by the vocabulary of another text, as a network has learnt it.
    ///
    /// # Errors
    /// As [`Lines::new`], and letters that the vocabulary does not have.
    pub fn read_by(text: &str, path: &Path, vocabulary: &Vocabulary) -> Result<Lines> {
        let lines = || text.lines().map(str::trim).zip(1..).filter(|(line, _)| !line.is_empty());
        if let Some((_, number)) = lines().find(|(line, _)| line.contains(EDGE)) {
            let what = format!("line {number} has a {EDGE:?}, which stands for the edges of lines");
            return Err(mistake(path, Some(number), what, "put another letter in its place").into());
        }
        for (line, number) in lines() {
            if let Some(letter) = line.chars().find(|&letter| vocabulary.number(letter).is_none()) {
                let what = format!("line {number} has a {letter:?}, which the vocabulary lacks");
                return Err(mistake(path, Some(number), what, "leave the line out").into());
            }
        }
        let (mut tokens, mut starts) = (vec![0], Vec::new());
        let mut longest = 0;
        for (line, _) in lines() {
            starts.push(tokens.len() - 1);
            let before = tokens.len();
            tokens.extend(line.chars().filter_map(|letter| vocabulary.number(letter)));
            longest = longest.max(tokens.len() - before);
            tokens.push(0);
        }
        if starts.is_empty() {
            let hint = "give one example a line";
            return Err(mistake(path, None, "there are no lines with letters", hint).into());
        }
        Ok(Lines { tokens: tokens.into(), starts, vocabulary: Arc::new(vocabulary.clone()), longest })
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there are none, which can't be.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The letters that they are made of, with the edge as number 0.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Lines to learn from, and a share of them, drawn by seed, to measure with.
    ///
    /// # Errors
    /// A share outside of 0 to 1, or one that leaves a part empty.
    pub fn split(&self, share: f64, seed: u64) -> Result<(Lines, Lines)> {
        let mut starts = self.starts.clone();
        Rng::new(seed, Purpose::Split).shuffle(&mut starts);
        let held_out = (starts.len() as f64 * share).round() as usize;
        if !(share > 0.0 && share < 1.0) || held_out == 0 || held_out == starts.len() {
            let what = format!("a share of {share} of {} lines leaves a part empty", starts.len());
            return Err(Error::argument("--test-share", what, "give a number between 0 and 1, as in 0.1"));
        }
        let train = starts.split_off(held_out);
        Ok((Lines { starts: train, ..self.clone() }, Lines { starts, ..self.clone() }))
    }

    /// The tokens of the line that starts there with its edges.
    fn line(&self, start: usize) -> &[u16] {
        let rest = &self.tokens[start + 1..];
        let end = rest.iter().position(|token| *token == 0).expect("each line ends with an edge");
        &self.tokens[start..start + end + 2]
    }

    /// For each letter, and for the end of each line, the letters before it: an example each.
    ///
    /// # Errors
    /// No context.
    pub fn contexts(&self, context: usize) -> Result<Contexts> {
        if context == 0 || Shape::new(&[context]).is_err() {
            let what = format!("contexts can't have {context} letters");
            return Err(Error::argument("--context", what, "give a number from 1 on, as in 3"));
        }
        let mut places = Vec::new();
        for start in &self.starts {
            places.extend((1..self.line(*start).len()).map(|i| (*start, *start + i)));
        }
        Ok(Contexts { lines: self.clone(), places, context })
    }

    /// Each line as one example.
    ///
    /// # Errors
    /// The longest line is longer than an axis may be.
    pub fn whole(&self) -> Result<WholeLines> {
        self.whole_to(self.longest + 1)
    }

    /// The same, padded to so many places.
    ///
    /// # Errors
    /// A line is longer than that.
    pub fn whole_to(&self, places: usize) -> Result<WholeLines> {
        if self.longest + 1 > places {
            let what =
                format!("a line has {} letters, but {places} places hold {}", self.longest, places - 1);
            return Err(Error::argument("text", what, "leave long lines out"));
        }
        let longest = places - 1;
        let wide = Lines { longest, ..self.clone() };
        wide.padded()
    }

    fn padded(&self) -> Result<WholeLines> {
        Shape::new(&[self.longest + 1]).map_err(|why| Error::argument("text", why, "give shorter lines"))?;
        Ok(WholeLines { lines: self.clone() })
    }
}

/// A few letters, edges before the first, and the letter after them: i64 `[context]` and its class.
#[derive(Clone, Debug)]
pub struct Contexts {
    lines: Lines,
    /// Where the line starts, and where the letter is that is to be predicted.
    places: Vec<(usize, usize)>,
    context: usize,
}

/// Lines with an edge before them, and the same shifted by one with an edge behind: i64 `[places]` both, where `places` is one more
/// than the longest line of the whole text has. Behind a line inputs are edges, and targets -1.
#[derive(Clone, Debug)]
pub struct WholeLines {
    lines: Lines,
}

impl Examples for Contexts {
    fn rows(&self) -> usize {
        self.places.len()
    }

    fn inputs(&self) -> Spec {
        let shape = Shape::new(&[self.context]).expect("it was checked when this was made");
        Spec { shape, dtype: DType::I64 }
    }

    fn targets(&self) -> Spec {
        Spec::scalar(DType::I64)
    }

    fn goal(&self) -> Goal {
        Goal::Classes(self.lines.vocabulary.names())
    }

    fn class(&self, row: usize) -> Option<usize> {
        self.places.get(row).map(|(_, at)| usize::from(self.lines.tokens[*at]))
    }

    fn load(&self, rows: &[usize], x: &mut Tensor, y: &mut Tensor) -> Result<()> {
        let (x, y) = (x.as_slice_mut::<i64>()?, y.as_slice_mut::<i64>()?);
        for ((row, x), y) in rows.iter().zip(x.chunks_exact_mut(self.context)).zip(y) {
            let (start, at) = self.places[*row];
            let before = &self.lines.tokens[start.max(at.saturating_sub(self.context))..at];
            x.fill(0);
            let from = x.len() - before.len();
            x[from..].iter_mut().zip(before).for_each(|(to, token)| *to = i64::from(*token));
            *y = i64::from(self.lines.tokens[at]);
        }
        Ok(())
    }
}

impl Examples for WholeLines {
    fn rows(&self) -> usize {
        self.lines.len()
    }

    fn inputs(&self) -> Spec {
        let shape = Shape::new(&[self.lines.longest + 1]).expect("it was checked when this was made");
        Spec { shape, dtype: DType::I64 }
    }

    fn targets(&self) -> Spec {
        self.inputs()
    }

    fn goal(&self) -> Goal {
        Goal::Tokens(self.lines.vocabulary.names())
    }

    fn load(&self, rows: &[usize], x: &mut Tensor, y: &mut Tensor) -> Result<()> {
        let places = self.lines.longest + 1;
        let (x, y) = (x.as_slice_mut::<i64>()?, y.as_slice_mut::<i64>()?);
        let examples = x.chunks_exact_mut(places).zip(y.chunks_exact_mut(places));
        for (row, (x, y)) in rows.iter().zip(examples) {
            let line = self.lines.line(self.lines.starts[*row]);
            x.fill(0);
            y.fill(-1);
            x.iter_mut().zip(&line[..line.len() - 1]).for_each(|(to, token)| *to = i64::from(*token));
            y.iter_mut().zip(&line[1..]).for_each(|(to, token)| *to = i64::from(*token));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::buffers;

    fn lines(text: &str) -> Result<Lines> {
        Lines::new(text, Path::new("names.txt"))
    }

    fn loaded(examples: &dyn Examples) -> (Vec<Vec<f64>>, Vec<f64>) {
        let (mut x, mut y) = buffers(examples, examples.rows()).unwrap();
        examples.load(&(0..examples.rows()).collect::<Vec<_>>(), &mut x, &mut y).unwrap();
        let width = examples.inputs().shape.elements();
        (x.to_f64().chunks(width).map(<[f64]>::to_vec).collect(), y.to_f64())
    }

    #[test]
    fn each_letter_comes_with_those_before_it() {
        let lines = lines("ba\r\n\n abc \nc").unwrap();
        assert_eq!((lines.len(), lines.vocabulary().names().concat().as_str()), (3, ".abc"));
        let contexts = lines.contexts(2).unwrap();
        let (x, y) = loaded(&contexts);
        let expected = [
            ([0.0, 0.0], 2.0),
            ([0.0, 2.0], 1.0),
            ([2.0, 1.0], 0.0),
            ([0.0, 0.0], 1.0),
            ([0.0, 1.0], 2.0),
            ([1.0, 2.0], 3.0),
            ([2.0, 3.0], 0.0),
            ([0.0, 0.0], 3.0),
            ([0.0, 3.0], 0.0),
        ];
        assert_eq!(x, expected.map(|(x, _)| x.to_vec()));
        assert_eq!(y, expected.map(|(_, y)| y));
        assert_eq!(contexts.class(5), Some(3));
    }

    #[test]
    fn whole_lines_are_padded_with_what_does_not_count() {
        let (x, y) = loaded(&lines("ba\nabc\nc").unwrap().whole().unwrap());
        assert_eq!(x, [[0.0, 2.0, 1.0, 0.0], [0.0, 1.0, 2.0, 3.0], [0.0, 3.0, 0.0, 0.0]]);
        assert_eq!(y, [2.0, 1.0, 0.0, -1.0, 1.0, 2.0, 3.0, 0.0, 3.0, 0.0, -1.0, -1.0]);
    }

    #[test]
    fn lines_are_split_by_seed_and_keep_their_vocabulary() {
        let text: String = ('a'..='z').map(|c| format!("{c}{c}\n")).collect();
        let all = lines(&text).unwrap();
        let (train, test) = all.split(0.25, 3).unwrap();
        assert_eq!((train.len(), test.len(), test.vocabulary().len()), (19, 7, 27));
        let mut starts = [train.starts.clone(), test.starts.clone()].concat();
        starts.sort_unstable();
        assert_eq!(starts, all.starts);
        assert_eq!(all.split(0.25, 3).unwrap().1.starts, test.starts);
        assert_ne!(all.split(0.25, 4).unwrap().1.starts, test.starts);
        for share in [0.0, 1.0, f64::NAN, 0.001] {
            assert!(all.split(share, 0).is_err(), "{share}");
        }
    }

    #[test]
    fn bad_lines_are_named() {
        let said = |text: &str| lines(text).unwrap_err().to_string();
        assert_eq!(
            said("ab\nb.c\n"),
            "names.txt:2: text: line 2 has a '.', which stands for the edges of lines; \
             hint: put another letter in its place"
        );
        assert!(said("\n \n").contains("there are no lines with letters"));
        assert!(lines("a").unwrap().contexts(0).is_err());
    }
}
