//! Windows of one long text, with the same shifted by one letter as what is to be predicted.

use super::Vocabulary;
use crate::data::{Examples, Goal};
use crate::error::{Error, Result};
use chainrule::{DType, Shape, Spec, Tensor};
use std::{ops::Range, sync::Arc};

/// Windows of `context` letters; the targets are the letters that follow each of them. Windows start at every letter, or
/// every `step` letters. Two bytes a letter are in memory, shared by all parts of a text.
#[derive(Clone, Debug)]
pub struct Characters {
    tokens: Arc<[u16]>,
    vocabulary: Arc<Vocabulary>,
    part: Range<usize>,
    context: usize,
    step: usize,
}

/// A text for learning, and its last share to measure with. Training windows start at every letter; those to measure with follow
/// each other without overlap, so that each letter counts once.
///
/// ```
/// use chainrule_nn::data::{Examples, Vocabulary, split_text};
/// let text = "what is written here is read in windows of four";
/// let (train, test) = split_text(text, &Vocabulary::of(text)?, 4, 0.2)?;
/// assert_eq!((train.rows(), test.rows()), (38 - 4, 2));
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
///
/// # Errors
/// A letter that the vocabulary lacks; no context; a share outside of 0 to 1; a part shorter than one window.
pub fn split_text(
    text: &str,
    vocabulary: &Vocabulary,
    context: usize,
    share: f64,
) -> Result<(Characters, Characters)> {
    let all = Characters::new(text, vocabulary, context)?;
    let [train, test] = parts(all.tokens.len(), context, share)?;
    Ok((Characters { part: train, ..all.clone() }, Characters { part: test, step: context, ..all }))
}

/// Letters to learn from, and the last share of them; windows of `context` letters fit into both.
pub(super) fn parts(letters: usize, context: usize, share: f64) -> Result<[Range<usize>; 2]> {
    if !(share > 0.0 && share < 1.0) {
        let what = format!("{share} is no share");
        return Err(Error::argument("--test-share", what, "give a number between 0 and 1, as in 0.1"));
    }
    let cut = letters - (letters as f64 * share).round() as usize;
    let parts = [("text", 0..letters), ("part to learn from", 0..cut), ("held-out part", cut..letters)];
    let wrong = |what: String, hint: &str| Err(Error::argument("--context", what, hint));
    if context == 0 || Shape::new(&[context]).is_err() {
        return wrong(format!("windows can't have {context} letters"), "give a number from 1 on, as in 64");
    }
    if let Some((name, part)) = parts.iter().find(|(_, part)| part.len() <= context) {
        let what = format!("the {name} has {} letters, too few for windows of {context}", part.len());
        return wrong(what, "give a longer text, or a smaller context");
    }
    let [_, (_, train), (_, test)] = parts;
    Ok([train, test])
}

impl Characters {
    /// Windows of a whole text, one at every letter.
    ///
    /// # Errors
    /// A letter that the vocabulary lacks; no context; a text shorter than one window.
    pub fn new(text: &str, vocabulary: &Vocabulary, context: usize) -> Result<Characters> {
        let tokens: Arc<[u16]> = vocabulary.tokens(text, "text")?.into();
        let wrong = |what: String, hint: &str| Err(Error::argument("--context", what, hint));
        if context == 0 || Shape::new(&[context]).is_err() {
            return wrong(
                format!("windows can't have {context} letters"),
                "give a number from 1 on, as in 64",
            );
        }
        if tokens.len() <= context {
            let what = format!("the text has {} letters, too few for windows of {context}", tokens.len());
            return wrong(what, "give a longer text, or a smaller context");
        }
        let part = 0..tokens.len();
        Ok(Characters { tokens, vocabulary: Arc::new(vocabulary.clone()), part, context, step: 1 })
    }

    /// The letters that it is made of.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }
}

impl Examples for Characters {
    fn rows(&self) -> usize {
        (self.part.len() - self.context - 1) / self.step + 1
    }

    fn inputs(&self) -> Spec {
        let shape = Shape::new(&[self.context]).expect("it was checked when this was made");
        Spec { shape, dtype: DType::I64 }
    }

    fn targets(&self) -> Spec {
        self.inputs()
    }

    fn goal(&self) -> Goal {
        Goal::Tokens(self.vocabulary.names())
    }

    fn load(&self, rows: &[usize], x: &mut Tensor, y: &mut Tensor) -> Result<()> {
        let (x, y) = (x.as_slice_mut::<i64>()?, y.as_slice_mut::<i64>()?);
        let windows = x.chunks_exact_mut(self.context).zip(y.chunks_exact_mut(self.context));
        for (row, (x, y)) in rows.iter().zip(windows) {
            let start = self.part.start + row * self.step;
            let window = &self.tokens[start..=start + self.context];
            x.iter_mut().zip(window).for_each(|(to, token)| *to = i64::from(*token));
            y.iter_mut().zip(&window[1..]).for_each(|(to, token)| *to = i64::from(*token));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::buffers;

    fn window(text: &Characters, row: usize) -> (String, String) {
        let (mut x, mut y) = buffers(text, 1).unwrap();
        text.load(&[row], &mut x, &mut y).unwrap();
        let letters = |t: &Tensor| text.vocabulary.decode(t.as_slice::<i64>().unwrap()).unwrap();
        (letters(&x), letters(&y))
    }

    #[test]
    fn windows_are_shifted_by_one_and_parts_do_not_touch() {
        let text = "abcdefghijklmnopqrst";
        let (train, test) = split_text(text, &Vocabulary::of(text).unwrap(), 3, 0.4).unwrap();
        // a to l, and m to t.
        assert_eq!((train.rows(), test.rows()), (9, 2));
        assert_eq!(window(&train, 0), ("abc".into(), "bcd".into()));
        assert_eq!(window(&train, 8), ("ijk".into(), "jkl".into()));
        assert_eq!(window(&test, 0), ("mno".into(), "nop".into()));
        assert_eq!(window(&test, 1), ("pqr".into(), "qrs".into()));
    }

    #[test]
    fn texts_that_are_too_short_say_so() {
        let vocabulary = Vocabulary::of("abc").unwrap();
        let said = |context, share| match split_text("abcabcabca", &vocabulary, context, share) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        };
        assert!(said(10, 0.5).contains("the text has 10 letters, too few for windows of 10"));
        assert!(said(3, 0.3).contains("the held-out part has 3 letters, too few for windows of 3"));
        assert!(said(0, 0.5).contains("windows can't have 0 letters"));
        assert!(said(3, 1.0).contains("1 is no share"));
        assert_eq!(said(3, 0.4), "");
    }
}
