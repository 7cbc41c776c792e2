//! The letters that a text is made of, and their numbers.

use crate::data::limits::CLASSES;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

/// Letters in order; the number of a letter is its position. Saved as the text of all its letters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Vocabulary {
    letters: Vec<char>,
    numbers: HashMap<char, u16>,
}

impl Vocabulary {
    /// The letters of a text, sorted.
    ///
    /// # Errors
    /// There are none, or more than [`CLASSES`].
    pub fn of(text: &str) -> Result<Vocabulary> {
        Vocabulary::new(text.chars().collect::<BTreeSet<char>>())
    }

    /// These letters, numbered from 0.
    ///
    /// # Errors
    /// There are none, more than [`CLASSES`], or one of them twice.
    pub fn new(letters: impl IntoIterator<Item = char>) -> Result<Vocabulary> {
        let wrong = |what: String, hint: &str| Err(Error::argument("vocabulary", what, hint));
        let letters: Vec<char> = letters.into_iter().take(CLASSES + 1).collect();
        if letters.is_empty() {
            return wrong("there are no letters".into(), "give a text");
        }
        if letters.len() > CLASSES {
            return wrong(format!("there are more than {CLASSES} letters"), "is it a text at all?");
        }
        let mut numbers = HashMap::with_capacity(letters.len());
        for (letter, number) in letters.iter().zip(0..=u16::MAX) {
            if numbers.insert(*letter, number).is_some() {
                return wrong(format!("{letter:?} is in it twice"), "give each letter once");
            }
        }
        Ok(Vocabulary { letters, numbers })
    }

    /// How many letters there are.
    pub fn len(&self) -> usize {
        self.letters.len()
    }

    /// Whether there are none, which can't be.
    pub fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }

    /// The letters as text, one each, as names of classes.
    pub fn names(&self) -> Vec<String> {
        self.letters.iter().map(char::to_string).collect()
    }

    /// The number of a letter, if it is known.
    pub fn number(&self, letter: char) -> Option<u16> {
        self.numbers.get(&letter).copied()
    }

    /// The letter with a number, if there is one.
    pub fn letter(&self, number: i64) -> Option<char> {
        usize::try_from(number).ok().and_then(|number| self.letters.get(number).copied())
    }

    /// The numbers of a text's letters. Whatever gave the text is called `place` in messages.
    ///
    /// # Errors
    /// A letter is not known; its line and column are named.
    pub fn encode(&self, text: &str, place: &str) -> Result<Vec<i64>> {
        self.tokens(text, place).map(|tokens| tokens.into_iter().map(i64::from).collect())
    }

    /// The same in the form in which texts are kept.
    pub(super) fn tokens(&self, text: &str, place: &str) -> Result<Vec<u16>> {
        let mut tokens = Vec::with_capacity(text.len());
        for (at, letter) in text.char_indices() {
            let Some(number) = self.number(letter) else {
                let before = &text[..at];
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
                let what = format!("{letter:?} in line {line}, column {column} is not in the vocabulary");
                let hint = format!("use its {} letters: {}", self.len(), self.shown());
                return Err(Error::argument(place, what, hint));
            };
            tokens.push(number);
        }
        Ok(tokens)
    }

    /// The first letters, in quotes.
    fn shown(&self) -> String {
        const SHOWN: usize = 80;
        let shown: String = self.letters.iter().take(SHOWN).collect();
        format!("{shown:?}{}", if self.len() > SHOWN { " and more" } else { "" })
    }

    /// The text that numbers stand for.
    ///
    /// # Errors
    /// A number is too large or negative.
    pub fn decode(&self, tokens: &[i64]) -> Result<String> {
        let letter = |token: &i64| {
            let what = || format!("{token} is the number of no letter");
            let hint = || format!("letters have numbers from 0 to {}", self.len() - 1);
            self.letter(*token).ok_or_else(|| Error::argument("tokens", what(), hint()))
        };
        tokens.iter().map(letter).collect()
    }
}

impl TryFrom<String> for Vocabulary {
    type Error = Error;

    fn try_from(letters: String) -> Result<Vocabulary> {
        Vocabulary::new(letters.chars())
    }
}

impl From<Vocabulary> for String {
    fn from(vocabulary: Vocabulary) -> String {
        vocabulary.letters.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_become_numbers_and_letters_again() {
        let vocabulary = Vocabulary::of("über\nalles").unwrap();
        assert_eq!(vocabulary.names().concat(), "\nabelrsü");
        let tokens = vocabulary.encode("blüe", "text").unwrap();
        assert_eq!(tokens, [2, 4, 7, 3]);
        assert_eq!(vocabulary.decode(&tokens).unwrap(), "blüe");
        let json = serde_json::to_string(&vocabulary).unwrap();
        assert_eq!((json.as_str(), serde_json::from_str(&json).ok()), ("\"\\nabelrsü\"", Some(vocabulary)));
    }

    #[test]
    fn what_is_not_known_is_named() {
        let vocabulary = Vocabulary::of("ab\n").unwrap();
        let error = vocabulary.encode("ab\naéb", "--prompt").unwrap_err().to_string();
        let expected = "--prompt: 'é' in line 2, column 2 is not in the vocabulary; \
                        hint: use its 3 letters: \"\\nab\"";
        assert_eq!(error, expected);
        for tokens in [[0, -1], [1, 3]] {
            let error = vocabulary.decode(&tokens).unwrap_err().to_string();
            assert!(error.ends_with("is the number of no letter; hint: letters have numbers from 0 to 2"));
        }
        assert!(Vocabulary::of("").is_err());
        assert!(serde_json::from_str::<Vocabulary>("\"aba\"").is_err());
        assert!(Vocabulary::new((0..=CLASSES as u32 + 4000).filter_map(char::from_u32)).is_err());
    }
}
