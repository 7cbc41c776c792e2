//! The nearest name to a misspelt one.

/// The candidate that is nearest to `name`, if any is near enough to be what was meant: a third of its letters wrong at
/// most, letters that changed places counted once, and case not counted.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters: Vec<char> = name.to_lowercase().chars().collect();
    if letters.len() > LONGEST {
        return None;
    }
    let near = candidates.into_iter().filter(|c| *c != name && c.chars().count() <= LONGEST).filter_map(
        |candidate| {
            let other: Vec<char> = candidate.to_lowercase().chars().collect();
            let allowed = (letters.len().max(other.len()) / 3).max(1);
            let off = distance(&letters, &other);
            // A name of one letter is near to every other: only its other case will do.
            let alike = off == 0 || off <= allowed && letters.len().min(other.len()) > 1;
            alike.then_some(((off, letters.len().abs_diff(other.len())), candidate))
        },
    );
    // Of the nearest, one as long as what was written.
    near.min().map(|(_, candidate)| candidate)
}

/// `did you mean ...?`, or else what is given.
pub(super) fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    otherwise: &str,
) -> String {
    nearest(name, candidates).map_or_else(|| otherwise.to_string(), |near| format!("did you mean {near}?"))
}

/// Names longer than this are compared with nothing.
const LONGEST: usize = 64;

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut next = vec![i];
        for j in 1..=b.len() {
            let replaced = row[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(row[j] + 1).min(next[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_and_far_ones_are_not() {
        let names = ["sigmoid", "sin", "sum", "softmax", "w0", "W", "tan", "tanh"];
        for (wrong, right) in [
            ("sigmiod", Some("sigmoid")),
            ("Sum", Some("sum")),
            ("softmaxx", Some("softmax")),
            ("w1", Some("w0")),
            ("w", Some("W")),
            ("tahn", Some("tanh")),
            ("q", None),
            ("matmul", None),
        ] {
            assert_eq!(nearest(wrong, names), right, "{wrong}");
        }
    }

    #[test]
    fn swaps_count_once() {
        let letters = |s: &str| s.chars().collect::<Vec<_>>();
        assert_eq!(distance(&letters("sigmiod"), &letters("sigmoid")), 1);
        assert_eq!(distance(&letters(""), &letters("abc")), 3);
        assert_eq!(distance(&letters("kitten"), &letters("sitting")), 3);
    }
}
