//! `cargo xtask gates`: the catalogue of gates, written by the program that has them.

use crate::cargo;
use std::path::Path;

const PLACE: &str = "docs/gates.md";

/// Writes the catalogue.
pub fn write(root: &Path) -> Result<bool, String> {
    let text = fresh(root)?;
    let place = root.join(PLACE);
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    std::fs::write(&place, text).map_err(|error| format!("{PLACE}: {error}"))?;
    println!("{PLACE} is written");
    Ok(true)
}

/// Whether the catalogue on disk is what the program would write.
pub fn check(root: &Path) -> Result<bool, String> {
    let stored = std::fs::read_to_string(root.join(PLACE)).map_err(|error| format!("{PLACE}: {error}"))?;
    match difference(&stored, &fresh(root)?) {
        None => Ok(true),
        Some(line) => {
            println!("{PLACE}:{line}: gates: the catalogue is out of date; hint: run `cargo xtask gates`");
            Ok(false)
        }
    }
}

fn fresh(root: &Path) -> Result<String, String> {
    let arguments = ["run", "--quiet", "-p", "chainrule-cli", "--", "gates", "--markdown"];
    let output = cargo(root, &arguments).stderr(std::process::Stdio::inherit()).output();
    let output = output.map_err(|error| format!("cargo does not start: {error}"))?;
    if !output.status.success() {
        return Err(format!("`chainrule gates --markdown` failed: {}", output.status));
    }
    let text = String::from_utf8(output.stdout).map_err(|_| "the catalogue is not UTF-8".to_string())?;
    if text.trim().is_empty() {
        return Err("`chainrule gates --markdown` printed nothing".to_string());
    }
    Ok(text)
}

/// The first line in which the texts differ, counted from 1.
fn difference(stored: &str, fresh: &str) -> Option<usize> {
    if stored == fresh {
        return None;
    }
    let same = stored.lines().zip(fresh.lines()).take_while(|(one, other)| one == other).count();
    Some(same + 1)
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn the_first_difference_is_found() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(difference("a\nb\n", "a\nc\n"), Some(2));
        assert_eq!(difference("a\n", "a\nb\n"), Some(2));
        assert_eq!(difference("a", "a\n"), Some(2));
    }
}
