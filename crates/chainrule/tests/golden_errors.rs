//! What formulas with mistakes are told: each `circuits/errors/NAME.cr` beside its `NAME.expected`.
//! `BLESS=1` renews the expected texts.

use chainrule::formula::{Formula, Options};
use std::{fs, path::Path};

#[test]
fn mistakes_are_reported_word_for_word() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../circuits/errors");
    let mut programs: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    programs.retain(|path| path.extension().is_some_and(|extension| extension == "cr"));
    programs.sort();
    assert!(!programs.is_empty(), "there are golden programs");
    let bless = std::env::var_os("BLESS").is_some_and(|value| value == "1");
    let mut differences = Vec::new();
    for program in programs {
        let source = fs::read_to_string(&program).unwrap();
        let found = match Formula::compile(&source, &Options::default()) {
            Ok(_) => "no mistakes\n".to_string(),
            Err(mistakes) => format!("{mistakes}\n"),
        };
        let place = program.with_extension("expected");
        if bless {
            fs::write(&place, &found).unwrap();
        } else if fs::read_to_string(&place).ok().as_ref() != Some(&found) {
            let name = program.file_name().unwrap_or_default().to_string_lossy();
            differences.push(format!("{name} gives:\n{found}"));
        }
    }
    assert!(differences.is_empty(), "run with BLESS=1 if this is meant:\n{}", differences.join("\n"));
}
