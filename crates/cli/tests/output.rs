//! Where the output goes: a reader that has had enough, a full disk, a pipe.

mod common;

use common::{command, file, run};
use std::process::{Child, Stdio};

const TABLE: &[u8] = b"a,kind\n1,0\n2,1\n1,0\n2,1\n1,0\n2,1\n1,0\n2,1\n1,0\n2,1\n";

#[test]
fn a_reader_that_stops_reading_is_no_failure() {
    let data = file("closed_pipe.csv", TABLE);
    let training = ["train", "--data", data, "--label", "kind", "--epochs", "3", "--layers", "4"];
    for arguments in
        [&["gates", "--markdown"][..], &["--help"], &["explain", "x * y", "x=1", "y=2"], &training]
    {
        let mut child: Child = command()
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        drop(child.stdout.take());
        let ended = child.wait_with_output().expect("it ends");
        assert_eq!(ended.status.code(), Some(0), "{arguments:?} {}", String::from_utf8_lossy(&ended.stderr));
    }
}

#[cfg(target_os = "linux")]
fn full() -> std::fs::File {
    std::fs::OpenOptions::new().write(true).open("/dev/full").expect("every Linux has it")
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_is_code_3() {
    let data = file("full.csv", TABLE);
    let training = ["train", "--data", data, "--label", "kind", "--epochs", "1", "--layers", "4"];
    for arguments in [
        &["gates"][..],
        &["--help"],
        &["train", "--help"],
        &["--version"],
        &["grad", "x", "x=1", "--json"],
        &training,
    ] {
        let output = command().args(arguments).stdout(full()).output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{arguments:?} {said}");
        assert_eq!(
            said, "error: standard output can't be written: no space left on device\n",
            "{arguments:?}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn messages_that_nobody_can_get_change_nothing() {
    let data = file("unheard.csv", TABLE);
    let training = ["train", "--data", data, "--label", "kind", "--epochs", "2", "--layers", "4"];
    for (arguments, code) in
        [(&training[..], 0), (&["grad", "x *"], 2), (&["grad"], 2), (&["explain", "none.cr"], 3)]
    {
        let output = command().args(arguments).stderr(full()).output().expect("it starts");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn pipes_get_plain_text() {
    let data = file("plain.csv", TABLE);
    for arguments in [
        &["train", "--data", data, "--label", "kind", "--epochs", "20", "--layers", "4"][..],
        &["explain", "sigmoid(w * x)", "w=1", "x=2"],
        &["gates", "add"],
        &["grad", "sigmiod(x)", "x=1"],
        &["train", "--data", "none.csv", "--label", "kind"],
        &["train", "--batch", "0"],
        &["trian"],
        &["train", "--help"],
    ] {
        run(arguments).plain();
    }
}
