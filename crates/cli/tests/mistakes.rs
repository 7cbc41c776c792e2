//! What the program says to bad input: the exact text and the exit code. Nothing panics, nothing is printed beside it.

mod common;

use common::{file, folder, run};

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
fn numbers_that_the_dtype_takes_for_infinite() {
    says(
        &["grad", "x", "x=1e400"],
        2,
        "\
error: x: 1e400 is too large for f64
  |
1 | x=1e400
  |   ^^^^^
  |
  = hint: write a number, or nested lists as in [[1, 2], [3, 4]]
",
    );
    let said = run(&["grad", "sum(x)", "x=[1, -1e39]", "--dtype", "f32"]).fails(2);
    assert!(
        said.starts_with("error: x: -1000000000000000000000000000000000000000 at [1] is no f32\n"),
        "{said}"
    );
    assert_eq!(run(&["grad", "sum(x)", "x=[1, -inf]", "--dtype", "f32"]).code, Some(0));
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
    for name in ["none.cr", "none.txt", "no/such.formula"] {
        says(&["explain", name], 3, &format!("error: {name}: can't be read: no such file or directory\n"));
    }
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
    for length in [1, 10, 100, whole.len() / 2, whole.len() - 1] {
        let cut = file("cut.npz", &whole[..length]);
        let said = run(&["grad", "sum(x * y)", "--inputs", cut]).fails(2);
        assert!(said.starts_with("error: cut.npz: is no .npz archive, or not a whole one: "), "{said}");
        assert!(said.ends_with("\n  = hint: write it again with numpy.savez\n"), "{said}");
    }
    let empty = file("empty.npz", b"");
    says(
        &["grad", "sum(x * y)", "--inputs", empty],
        2,
        "error: empty.npz: is empty\n  = hint: write it again with numpy.savez\n",
    );
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

/// The bytes of an `.npy` file: its header, then zeros.
fn npy(descr: &str, shape: &str, bytes: usize) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = u16::try_from(header.len()).expect("headers are short");
    [&b"\x93NUMPY\x01\x00"[..], &length.to_le_bytes(), header.as_bytes(), &vec![0; bytes]].concat()
}

#[test]
fn arrays_that_claim_what_they_do_not_have() {
    let most = u64::MAX;
    for (descr, shape, said) in [
        ("<f8", "(3,)", "shape [3] needs 24 bytes, but only 16 are there"),
        ("<f8", "(1000000000000000000,)", "[1000000000000000000] has more than 4294967296 elements"),
        ("<f8", "(4000000000,)", "[4000000000] has an axis longer than 2147483648"),
        ("<f8", "(2000000000,)", "shape [2000000000] needs 16000000000 bytes, but only 16 are there"),
        (
            "<f8",
            &format!("({most}, {most}, 0)"),
            &format!("[{most}, {most}, 0] has more than 4294967296 elements"),
        ),
        ("<f8", "(99999999999999999999,)", "99999999999999999999 in the shape is no length"),
        ("<f8", "(1,1,1,1,1,1,1,1,1)", "9 axes are more than the 8 that a tensor can have"),
        ("<f0", "(3,)", "numbers of kind f0 are not known; known are f4 f8 i1 i2 i4 i8 u1 u2 u4 b1"),
        (
            &format!("<f{most}"),
            "(3,)",
            &format!("numbers of kind f{most} are not known; known are f4 f8 i1 i2 i4 i8 u1 u2 u4 b1"),
        ),
        ("<U5", "(3,)", "numbers of kind U5 are not known; known are f4 f8 i1 i2 i4 i8 u1 u2 u4 b1"),
        ("|O", "(3,)", "it holds |O, not numbers"),
        ("", "(3,)", "it holds , not numbers"),
        ("<f8", "3", "the header has no shape"),
    ] {
        let array = file("claims.npy", &npy(descr, shape, 16));
        let expected = format!("error: claims.npy: {said}\n  = hint: write it again with numpy.save\n");
        says(&["grad", "sum(x)", &format!("x=@{array}")], 2, &expected);
    }
    let empty = file("empty.npy", b"");
    says(
        &["grad", "sum(x)", &format!("x=@{empty}")],
        2,
        "error: empty.npy: is empty\n  = hint: write it again with numpy.save\n",
    );
}

/// A claim of a size is believed only as far as the file goes.
#[cfg(target_os = "linux")]
#[test]
fn memory_stays_in_proportion_to_the_file() {
    let whole = include_bytes!("data/values.npz");
    let claims = |record: &[u8], at: usize, length: usize| {
        let mut bytes = whole.to_vec();
        let starts: Vec<usize> = (0..bytes.len() - 4).filter(|&i| bytes[i..].starts_with(record)).collect();
        assert!(!starts.is_empty());
        starts.iter().for_each(|start| bytes[start + at..start + at + length].fill(0xfe));
        bytes
    };
    let files = [
        // an entry's size in the directory and beside it; how many entries there are; the length of the directory
        ("directory.npz", claims(b"PK\x01\x02", 24, 4)),
        ("beside.npz", claims(b"PK\x03\x04", 22, 4)),
        ("entries.npz", claims(b"PK\x05\x06", 8, 4)),
        ("length.npz", claims(b"PK\x05\x06", 12, 4)),
        ("claim.npy", npy("<f8", "(2000000000,)", 16)),
        ("claim.json", br#"{"shape": [2000000000], "dtype": "f64", "data": [1]}"#.to_vec()),
    ];
    for (name, bytes) in files {
        let value = format!("x=@{}", file(name, &bytes));
        let inputs = ["grad", "sum(x * y)", "--inputs", name];
        let arguments = if name.ends_with("npz") { &inputs[..] } else { &["grad", "sum(x)", &value] };
        let run = common::limited("ulimit -v 400000", arguments);
        assert!(matches!(run.code, Some(0 | 2)), "{name}: {:?} {}", run.code, run.err);
        assert!(!run.err.contains("panic") && !run.err.contains("memory"), "{name}: {}", run.err);
    }
}

#[test]
fn numbers_that_are_none_are_named_and_may_be_studied() {
    let data = file("nan.json", br#"{"x": [[1, 2], ["NaN", "-Infinity"]], "y": 3, "z": "Infinity"}"#);
    let run = run(&["grad", "sum(x) * y * z", "--inputs", data]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let expected = "\
warning: nan.json: x is NaN at [1, 0], and 1 more are not finite
warning: nan.json: z is inf
";
    assert_eq!(run.err, expected);
    let upstream = file("nan_upstream.json", br#"["NaN", 1]"#);
    let run = common::run(&["grad", "2 * x", "x=[1, 2]", "--upstream", &format!("@{upstream}")]);
    assert_eq!(run.err, "warning: nan_upstream.json: --upstream is NaN at [0]\n");
    // what is typed is meant
    assert_eq!(common::run(&["grad", "2 * x", "x=NaN"]).err, "");
    let cat = file("cat.json", br#"{"x": [1, "cat"]}"#);
    says(&["grad", "sum(x)", "--inputs", cat], 2, "error: cat.json: x: \"cat\" is no number\n");
}

#[test]
fn values_in_the_wrong_kind_of_file() {
    let table = file("values.csv", b"a,b\n1,2\n");
    says(
        &["grad", "sum(x)", "--inputs", table],
        2,
        "\
error: values.csv:1:1: json: expected value
  = hint: values come from .json, .npy and .npz files
",
    );
    let cut = file("cut.json", b"{\"x\": [1, 2");
    says(
        &["grad", "sum(x)", "--inputs", cut],
        2,
        "error: cut.json:1:11: json: the text ends while parsing a list\n  = hint: is this the whole file?\n",
    );
    let archive = file("one.npz", include_bytes!("data/values.npz"));
    says(
        &["grad", "sum(x)", &format!("x=@{archive}")],
        2,
        "\
error: one.npz: holds arrays by name, not one value
  = hint: give it as --inputs FILE.npz; its arrays have the names of inputs
",
    );
    let array = file("one.npy", &npy("<f8", "(2,)", 16));
    says(
        &["grad", "sum(x)", "--inputs", array],
        2,
        "error: one.npy: holds one array without a name\n  = hint: give it as NAME=@FILE.npy\n",
    );
    for name in ["folder.json", "folder.npz"] {
        common::empty_folder(name);
        let expected = format!("error: {name}: can't be read: it is a directory\n  = hint: name a file\n");
        says(&["grad", "sum(x)", "--inputs", name], 3, &expected);
    }
    common::empty_folder("folder.npy");
    says(
        &["grad", "sum(x)", "x=@folder.npy"],
        3,
        "error: folder.npy: can't be read: it is a directory\n  = hint: name a file\n",
    );
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

#[test]
fn plans_of_gradients_want_one_float() {
    says(
        &["plan", "x * 2", "x=[1,2]", "--gradient"],
        2,
        "\
error: --gradient: output is f64[2], and gradients are those of one float
  = hint: name another output with --of, or take its sum
",
    );
    says(
        &["plan", "y = x * 2\nz = y^2", "x=1", "--gradient", "--wrt", "y"],
        2,
        "error: --wrt: y is computed\n  = hint: name inputs or parameters\n",
    );
    let said = run(&["plan", "x", "x=1", "--time", "0"]).fails(2);
    assert!(said.contains("'0' for '--time <CALLS>'"), "{said}");
    let said = run(&["plan", "x", "x=1", "--time", "1", "--no-bounds"]).fails(2);
    assert!(said.contains("cannot be used with"), "{said}");
}
