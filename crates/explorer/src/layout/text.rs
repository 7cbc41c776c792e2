//! How wide texts are, from a table: a picture must not depend on the fonts of whoever looks at it. The SVG states the widths
//! found here as `textLength`, so that every font fills just this room.

/// Widths of the letters from space to `~` in Helvetica, in thousandths of the font size (Adobe's font metrics, public).
const ASCII: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, // space to /
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, // 0 to ?
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, // @ to O
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, // P to _
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, // ` to o
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584, // p to ~
];
/// Any other letter of an alphabet, and signs such as minus and times.
const OTHER: u16 = 600;
/// Letters that fill a square, as in Chinese.
const SQUARE: u16 = 1000;

/// Width of a text in px at a font size in px.
pub fn width(text: &str, size: f64) -> f64 {
    text.chars().map(|letter| f64::from(letter_width(letter))).sum::<f64>() * size / 1000.0
}

fn letter_width(letter: char) -> u16 {
    let code = letter as u32;
    match code {
        0x20..=0x7e => ASCII[code as usize - 0x20],
        // Marks that stand on the letter before them.
        0x300..=0x36f | 0x200b..=0x200f => 0,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f => SQUARE,
        0xff00..=0xff60 | 0x1f000..=0x3fffd => SQUARE,
        _ => OTHER,
    }
}

/// The same text cut to at most so many letters, with an ellipsis where some are missing.
pub fn cut(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        return text.to_string();
    }
    text.chars().take(letters.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::{cut, width};

    #[test]
    fn widths_are_those_of_the_table() {
        assert_eq!(width("", 10.0), 0.0);
        assert!((width("w0", 10.0) - (7.22 + 5.56)).abs() < 1e-12);
        assert!((width("−", 10.0) - 6.0).abs() < 1e-12);
        assert_eq!(width("漢字", 10.0), 20.0);
        // an accent of its own takes no room
        assert_eq!(width("e\u{301}", 10.0), width("e", 10.0));
        assert_eq!(cut("sigmoid", 7), "sigmoid");
        assert_eq!(cut("sigmoid", 5), "sigm…");
    }
}
