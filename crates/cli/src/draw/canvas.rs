//! Letters in rows and columns, lines that join where they meet, colours.

use anstyle::{AnsiColor, Style};
use std::{collections::BTreeMap, fmt};

const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;

/// What is drawn on.
#[derive(Default)]
pub struct Canvas {
    letters: BTreeMap<(i32, usize), (char, Style)>,
    /// At each place the directions in which each net leaves it.
    lines: BTreeMap<(i32, usize), Vec<(usize, u8)>>,
}

impl Canvas {
    /// Writes a text.
    pub fn text(&mut self, row: i32, column: usize, text: &str, style: Style) {
        for (i, letter) in text.chars().enumerate() {
            self.letters.insert((row, column + i), (letter, style));
        }
    }

    /// A line along a row. Lines of one net join where they meet, those of different nets cross.
    pub fn along(&mut self, net: usize, row: i32, from: usize, to: usize) {
        for column in from..to {
            self.add(net, row, column, RIGHT);
            self.add(net, row, column + 1, LEFT);
        }
    }

    /// A line along a column.
    pub fn down(&mut self, net: usize, column: usize, from: i32, to: i32) {
        for row in from..to {
            self.add(net, row, column, DOWN);
            self.add(net, row + 1, column, UP);
        }
    }

    fn add(&mut self, net: usize, row: i32, column: usize, direction: u8) {
        let here = self.lines.entry((row, column)).or_default();
        match here.iter_mut().find(|(n, _)| *n == net) {
            Some((_, directions)) => *directions |= direction,
            None => here.push((net, direction)),
        }
    }

    /// Whether it needs no more columns and rows than these.
    pub fn fits(&self, columns: usize, rows: usize) -> bool {
        self.places().all(|(row, column)| column < columns && (row as usize) < rows)
    }

    fn places(&self) -> impl Iterator<Item = (i32, usize)> {
        self.letters.keys().chain(self.lines.keys()).copied()
    }

    fn at(&self, row: i32, column: usize) -> (char, Style) {
        if let Some(&letter) = self.letters.get(&(row, column)) {
            return letter;
        }
        let letter = match self.lines.get(&(row, column)).map(Vec::as_slice) {
            None | Some([]) => ' ',
            Some(&[(_, directions)]) => joint(directions),
            Some(_) => '┼',
        };
        (letter, Style::new())
    }
}

/// Where a wire branches, a dot says that the gradients of the branches add up there.
fn joint(directions: u8) -> char {
    const ACROSS: u8 = LEFT | RIGHT;
    const UPRIGHT: u8 = UP | DOWN;
    match directions {
        LEFT | RIGHT | ACROSS => '─',
        UP | DOWN | UPRIGHT => '│',
        d if d == UP | LEFT => '┘',
        d if d == UP | RIGHT => '└',
        d if d == DOWN | LEFT => '┐',
        d if d == DOWN | RIGHT => '┌',
        _ => '●',
    }
}

/// Colour says the sign and nothing else: blue above 0, yellow below, faint for 0, magenta for NaN and infinities.
pub fn sign_style(sign: Option<f64>) -> Style {
    match sign {
        None => Style::new(),
        Some(v) if !v.is_finite() => AnsiColor::Magenta.on_default().bold(),
        Some(v) if v > 0.0 => AnsiColor::Blue.on_default(),
        Some(v) if v < 0.0 => AnsiColor::Yellow.on_default(),
        Some(_) => Style::new().dimmed(),
    }
}

impl fmt::Display for Canvas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bottom = self.places().map(|(row, _)| row).max().unwrap_or(-1);
        for row in 0..=bottom {
            let end = self.places().filter(|p| p.0 == row).map(|p| p.1 + 1).max().unwrap_or(0);
            let mut open = Style::new();
            for column in 0..end {
                let (letter, style) = self.at(row, column);
                if style != open {
                    write!(f, "{}{}", open.render_reset(), style.render())?;
                    open = style;
                }
                write!(f, "{letter}")?;
            }
            writeln!(f, "{}", open.render_reset())?;
        }
        Ok(())
    }
}
