//! What the program says to bad input: the exact text and the exit code. Nothing panics, nothing is printed beside it.

mod common;

use common::{command, file, folder, run};

fn says(arguments: &[&str], code: i32, text: &str) {
    let said = run(arguments).fails(code);
    assert_eq!(said, text, "{arguments:?}\n{said}");
}

#[test]
fn a_misspelt_function_is_underlined() {
    says(
        &["explain", "sigmiod(x)", "x=1"],
        2,
        "\
error: formula: no function is called sigmiod
  |
1 | sigmiod(x)
  | ^^^^^^^
  |
  = hint: did you mean sigmoid?
",
    );
}

#[test]
fn three_mistakes_give_three_reports() {
    let formula = file("three.cr", b"a = sigmiod(x)\nb = a +\nc = a * (b\n");
    let said = run(&["grad", formula, "x=1"]).fails(2);
    assert_eq!(said.matches("error: ").count(), 3, "{said}");
    assert_eq!(said.matches(" --> three.cr:").count(), 3, "{said}");
}

#[test]
fn shapes_that_do_not_fit_are_underlined() {
    let said = run(&["grad", "f = sum(x + y)", "x=[1,2,3]", "y=[1,2]"]).fails(2);
    assert!(said.starts_with("error: add: shapes differ: [3] and [2]\n"), "{said}");
    assert!(said.contains("1 | f = sum(x + y)\n"), "{said}");
}

#[test]
fn missing_values_are_listed_at_once() {
    says(&["explain", "w*x + b", "x=1"], 2, "error: no value for w, b\n  = hint: add w=VALUE b=VALUE\n");
}

#[test]
fn a_value_that_nothing_takes_is_an_error() {
    says(
        &["grad", "alpha * x", "x=1", "alhpa=2"],
        2,
        "\
error: alhpa: nothing in the formula takes this value
  = hint: did you mean alpha?
error: no value for alpha
  = hint: add alpha=VALUE
",
    );
    says(
        &["grad", "a = 2 * x\na + 1", "x=1", "a=2"],
        2,
        "\
error: a: nothing in the formula takes this value
  = hint: the formula computes it; give values to its inputs only
",
    );
    says(&["grad", "x", "x=1", "x=2"], 2, "error: x: is given twice\n  = hint: give it once\n");
}

#[test]
fn values_are_underlined_where_they_are_wrong() {
    says(
        &["grad", "sum(x)", "x=[[1,2],[3]]"],
        2,
        "\
error: x: a list of 1 beside one of 2
  |
1 | x=[[1,2],[3]]
  |            ^
  |
  = hint: write a number, or nested lists as in [[1, 2], [3, 4]]
",
    );
    says(
        &["grad", "x * y", "x=1", "y"],
        2,
        "\
error: is no NAME=VALUE
  |
1 | y
  | ^
  |
  = hint: write NAME=VALUE, as in x=2 or x=[1, 2]
",
    );
    says(
        &["grad", "input y: i64[2]\nsum(x) * 2", "x=1", "y=[1,1.5]"],
        2,
        "\
error: y: 1.5 at [1] is no i64
  |
1 | y=[1,1.5]
  |   ^^^^^^^
  |
  = hint: give numbers that i64 can hold, or declare another dtype
",
    );
}

#[test]
fn outputs_and_gradients_that_do_not_exist() {
    says(
        &["grad", "a = 2 * x\nloss = a * a", "x=1", "--of", "los"],
        2,
        "error: los: formula: nothing in the formula is called los\n  = hint: did you mean loss?\n",
    );
    says(
        &["grad", "loss = 2 * x", "x=1", "--wrt", "y"],
        2,
        "error: --wrt: nothing in the formula is called y\n  = hint: name one of x, loss\n",
    );
    says(
        &["grad", "a = x + y\nf = 2 * x", "x=1", "y=2", "--wrt", "y"],
        2,
        "error: --wrt: no path leads from f to y\n  = hint: leave it out, or name another output with --of\n",
    );
    says(
        &["check", "a = x * x\nf = 2 * a", "x=1", "--wrt", "a,x"],
        2,
        "error: --wrt: a is computed, so that it cannot be moved\n  = hint: name inputs or parameters\n",
    );
    says(
        &["grad", "f = 2 * x", "x=[1,2]"],
        2,
        "\
error: --upstream: f has shape [2], not one number
  = hint: say which gradient arrives, as in --upstream 1 for the gradient of its sum
",
    );
    says(
        &["grad", "f = 2 * x", "x=[1,2]", "--upstream", "[1,2,3]"],
        2,
        "\
error: --upstream: has shape [3], but f has [2]
  = hint: give one number, or the shape of the output
",
    );
    says(
        &["grad", "f = x > 0", "x=1"],
        2,
        "\
error: --of: f is bool and has no gradient
  = hint: gradients flow from f32 and f64 only; name another output with --of
",
    );
    says(
        &["gates", "sigmiod"],
        2,
        "error: sigmiod: is no gate and no function\n  = hint: did you mean sigmoid?\n",
    );
}

#[test]
fn files_that_can_not_be_read() {
    says(&["explain", "none.cr"], 3, "error: none.cr: can't be read: no such file or directory\n");
    std::fs::create_dir_all(folder().join("a_folder")).expect("the folder for test files is writable");
    says(
        &["explain", "a_folder"],
        3,
        "error: a_folder: can't be read: it is a directory\n  = hint: name a file\n",
    );
    says(
        &["grad", "x", "--inputs", "none.json"],
        3,
        "error: none.json: can't be read: no such file or directory\n",
    );
    says(
        &["grad", "x", "x=@a_folder"],
        3,
        "error: a_folder: can't be read: it is a directory\n  = hint: name a file\n",
    );
}

#[test]
fn files_with_something_else_in_them() {
    let empty = file("empty.cr", b"");
    says(
        &["explain", empty],
        2,
        "error: empty.cr: is empty\n  = hint: write a formula, as in f = (x + y) * z\n",
    );
    let empty = file("empty.json", b"");
    says(
        &["grad", "x", "--inputs", empty],
        2,
        "error: empty.json: is empty\n  = hint: write {\"x\": [1, 2], \"y\": 3}\n",
    );
    let broken = file("broken.json", b"{\"x\": [1, 2,\n NaN]}");
    says(
        &["grad", "x", "--inputs", broken],
        2,
        "error: broken.json:2:2: json: expected value\n  = hint: NaN and infinities are written as strings\n",
    );
    let list = file("list.json", b"[1, 2]");
    says(
        &["grad", "x", "--inputs", list],
        2,
        "error: list.json: holds no values by name\n  = hint: write {\"x\": [1, 2], \"y\": 3}\n",
    );
    let ragged = file("ragged.json", b"{\"x\": [[1], [2, 3]]}");
    says(&["grad", "x", "--inputs", ragged], 2, "error: ragged.json: x: a list of 2 beside one of 1\n");
    let binary = file("binary.cr", b"x = 1\n\xff\xfe");
    says(&["explain", binary], 2, "error: binary.cr:2: is no UTF-8 text\n  = hint: save it as UTF-8\n");
}

#[test]
fn archives_that_are_not_whole() {
    let whole = include_bytes!("data/values.npz");
    for length in [0, 1, 10, 100, whole.len() / 2, whole.len() - 1] {
        let cut = file("cut.npz", &whole[..length]);
        let said = run(&["grad", "sum(x * y)", "--inputs", cut]).fails(2);
        assert!(said.starts_with("error: cut.npz: is no .npz archive, or not a whole one: "), "{said}");
        assert!(said.ends_with("\n  = hint: write it again with numpy.savez\n"), "{said}");
    }
    // damage in the middle is found by the checksum, or by the array's own header
    for at in 0..whole.len() {
        let mut damaged = whole.to_vec();
        damaged[at] ^= 0x55;
        let name = file("damaged.npz", &damaged);
        let run = run(&["grad", "input n: i64[2]\nsum(x * y) + cast(n[0], f64)", "--inputs", name]);
        assert!(matches!(run.code, Some(0 | 2)), "byte {at}: {:?} {}", run.code, run.err);
        assert!(run.code == Some(0) || run.err.starts_with("error: "), "byte {at}: {}", run.err);
    }
}

#[test]
fn a_full_disk_is_a_failure_and_a_closed_pipe_is_none() {
    if let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") {
        let output =
            command().args(["gates"]).stdout(full).output().expect("the binary was built for this test");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.starts_with("error: standard output can't be written: "), "{said}");
    }
    let mut child = command()
        .args(["gates", "--markdown"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn wrong_usage_is_code_2() {
    for arguments in [
        &["explain"][..],
        &["expain", "x"],
        &["grad", "x", "--dtype", "f16"],
        &["gates", "add", "--markdown"],
    ] {
        assert_eq!(run(arguments).code, Some(2), "{arguments:?}");
    }
    assert!(run(&["explain", "x", "--sed", "1"]).err.contains("--seed"));
}
