//! Images moved by a pixel: more training examples out of those there are.

use crate::rng::Rng;

/// How far an image moves: rows down, columns to the right.
pub type Offset = (isize, isize);

/// One of the nine moves by at most one pixel.
pub fn draw(rng: &mut Rng) -> Offset {
    let at = rng.below(9) as isize;
    (at / 3 - 1, at % 3 - 1)
}

/// Writes the moved image to `to`. What comes in from outside is 0.
pub fn shift(from: &[f32], (height, width): (usize, usize), (down, right): Offset, to: &mut [f32]) {
    let source = |at: usize, by: isize, length: usize| at.checked_add_signed(-by).filter(|&i| i < length);
    for row in 0..height {
        for column in 0..width {
            let pixel = source(row, down, height).zip(source(column, right, width));
            to[row * width + column] = pixel.map_or(0.0, |(r, c)| from[r * width + c]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;

    #[test]
    fn images_move_and_zeros_come_in() {
        let image = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let moved = |offset| {
            let mut to = [9.0; 6];
            shift(&image, (2, 3), offset, &mut to);
            to
        };
        assert_eq!(moved((0, 0)), image);
        assert_eq!(moved((1, 0)), [0.0, 0.0, 0.0, 1.0, 2.0, 3.0]);
        assert_eq!(moved((0, -1)), [2.0, 3.0, 0.0, 5.0, 6.0, 0.0]);
        assert_eq!(moved((-1, 1)), [0.0, 4.0, 5.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn all_nine_moves_are_drawn() {
        let mut rng = Rng::new(0, Purpose::Shift);
        let drawn: std::collections::BTreeSet<Offset> = (0..300).map(|_| draw(&mut rng)).collect();
        assert_eq!(drawn.len(), 9);
        assert!(drawn.iter().all(|(d, r)| d.abs() <= 1 && r.abs() <= 1));
    }
}
