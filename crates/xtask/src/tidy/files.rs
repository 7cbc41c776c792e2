//! Which files are checked: those git tracks or would track.

use super::File;
use std::path::Path;
use std::process::Command;

/// Folders that hold nothing written by hand.
const SKIPPED: [&str; 4] = [".git", "target", "node_modules", "dist"];
/// Files written by package managers.
const LOCKS: [&str; 2] = ["Cargo.lock", "package-lock.json"];

/// The text files of the workspace, in the order of their paths.
pub fn read(root: &Path) -> Result<Vec<File>, String> {
    let mut paths = match listed(root) {
        Some(paths) => paths,
        None => walked(root)?,
    };
    paths.retain(|path| is_checked(path));
    paths.sort();
    paths.dedup();
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        // A tracked file may be deleted and the deletion not staged yet; a binary file is none of our business.
        let Ok(bytes) = std::fs::read(root.join(&path)) else {
            continue;
        };
        if let Ok(text) = String::from_utf8(bytes)
            && !text.contains('\0')
        {
            files.push(File { path, text });
        }
    }
    Ok(files)
}

fn is_checked(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    !LOCKS.contains(&name) && !path.split('/').any(|part| SKIPPED.contains(&part))
}

/// Tracked files, and new ones that are not ignored; `None` where git can't say.
fn listed(root: &Path) -> Option<Vec<String>> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let output = Command::new("git").current_dir(root).args(arguments).output().ok()?;
    if !output.status.success() {
        return None;
    }
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.split('\0').filter(|path| !path.is_empty()).map(str::to_string).collect())
}

/// Every file below the root, for a copy of the workspace without git.
fn walked(root: &Path) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(root.join(&folder)).map_err(|error| format!("{folder}: {error}"))?;
        for entry in entries {
            let entry = entry.map_err(|error| format!("{folder}: {error}"))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            // `file_type` does not follow links, so that a link to a parent is no endless walk.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && is_checked(&path) => folders.push(path),
                Ok(kind) if kind.is_file() => found.push(path),
                _ => {}
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_and_locked_files_are_not_checked() {
        assert!(is_checked("crates/xtask/src/main.rs"));
        assert!(!is_checked("Cargo.lock"));
        assert!(!is_checked("web/package-lock.json"));
        assert!(!is_checked("web/dist/page.js"));
        assert!(!is_checked("target/debug/build/out.rs"));
    }

    #[test]
    fn walk_and_git_find_this_file() {
        let root = crate::root();
        let this = "crates/xtask/src/tidy/files.rs".to_string();
        assert!(walked(&root).unwrap().contains(&this));
        assert!(read(&root).unwrap().iter().any(|file| file.path == this));
    }
}
