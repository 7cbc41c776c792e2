//! `cargo xtask bless`: the golden tests renew their files when they find `BLESS=1`.

use crate::cargo;
use std::path::Path;

const GOLDEN: [&[&str]; 2] = [
    &["test", "-p", "chainrule", "--test", "golden_errors", "--test", "golden_circuits"],
    &["test", "-p", "chainrule-cli"],
];

/// Runs every golden test, also after one has failed; true when all passed.
pub fn run(root: &Path) -> Result<bool, String> {
    let mut all = true;
    for arguments in GOLDEN {
        let status = cargo(root, arguments).env("BLESS", "1").status();
        all &= status.map_err(|error| format!("cargo does not start: {error}"))?.success();
    }
    if all {
        println!("blessed; look at the difference before you commit it");
    }
    Ok(all)
}
