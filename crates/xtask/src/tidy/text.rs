//! Laws for every text file: no tabs, no blanks at the end of a line, nothing that is true on one machine only.

use super::{File, Finding};

/// First folders of absolute paths on the machines we work on.
const FOLDERS: [&str; 4] = ["work", "tmp", "root", "home"];

/// Hosts of package registries. They are written in two pieces so that this file does not name them.
const HOSTS: [(&str, &str); 9] = [
    ("crates", "io"),
    ("npmjs", "org"),
    ("npmjs", "com"),
    ("yarnpkg", "com"),
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("rubygems", "org"),
    ("proxy.golang", "org"),
    ("deb.debian", "org"),
];

pub fn check(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        let mut report = |what: String| {
            findings.push(Finding { path: file.path.clone(), line: index + 1, rule: "text", what });
        };
        if line.contains('\t') {
            report("a tab; hint: use spaces".to_string());
        }
        if line.ends_with(char::is_whitespace) {
            report("white space at the end of the line".to_string());
        }
        if let Some(folder) = FOLDERS.iter().find(|folder| names_path(line, folder)) {
            report(format!("a path of one machine, under {folder}; hint: make it relative or a parameter"));
        }
        if let Some((name, _)) = HOSTS.iter().find(|host| names_host(line, host)) {
            report(format!("the host of a package registry ({name})"));
        }
    }
    findings
}

/// Whether the line holds an absolute path under the folder; `web/tmp/x` and `../tmp/x` are none.
fn names_path(line: &str, folder: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || "_-.~/}".contains(letter);
    let folder = format!("/{folder}/");
    let mut hits = line.match_indices(&folder);
    hits.any(|(at, _)| !line[..at].ends_with(is_part))
}

fn names_host(line: &str, (name, domain): &(&str, &str)) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '-';
    let host = format!("{name}.{domain}");
    let mut hits = line.match_indices(&host);
    hits.any(|(at, _)| !line[..at].ends_with(is_part) && !line[at + host.len()..].starts_with(is_part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whats(text: &str) -> Vec<String> {
        let file = File { path: "a.md".to_string(), text: text.to_string() };
        check(&file).into_iter().map(|finding| format!("{}: {}", finding.line, finding.what)).collect()
    }

    #[test]
    fn clean_text_passes() {
        assert!(whats("# Title\n\n  indented, web/tmp/x, ../home/y, [patch.crates-io]\n").is_empty());
    }

    #[test]
    fn tabs_and_blanks_are_found() {
        assert_eq!(whats("a\n\tb\n"), ["2: a tab; hint: use spaces"]);
        assert_eq!(whats("a \n"), ["1: white space at the end of the line"]);
    }

    #[test]
    fn every_machine_path_is_found() {
        for folder in FOLDERS {
            assert_eq!(whats(&format!("see `/{folder}/main`")).len(), 1, "{folder}");
            assert_eq!(whats(&format!("/{folder}/main")).len(), 1, "{folder}");
        }
    }

    #[test]
    fn every_registry_is_found() {
        for (name, domain) in HOSTS {
            assert_eq!(whats(&format!("https://{name}.{domain}/x")).len(), 1, "{name}");
            assert_eq!(whats(&format!("index.{name}.{domain}")).len(), 1, "{name}");
            assert!(whats(&format!("my{name}.{domain}x")).is_empty(), "{name}");
        }
    }
}
