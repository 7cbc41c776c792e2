//! Pictures that the command draws: those on file are what it draws now, `BLESS=1` renews them; and what it refuses.

mod common;

use common::{command, empty_folder, run};
use std::{fs, path::Path};

const NEURON: [&str; 6] = ["sigmoid(w0*x0 + w1*x1 + w2)", "w0=2", "x0=-1", "w1=-3", "x1=-2", "w2=-3"];

/// Files in the repository, and the arguments that draw them.
fn on_file() -> Vec<(&'static str, Vec<&'static str>)> {
    let staged = |rest: &[&'static str]| [&["../../circuits/staged.cr", "x=3", "y=-4"], rest].concat();
    vec![
        ("docs/pictures/neuron.svg", NEURON.to_vec()),
        ("circuits/staged.svg", staged(&[])),
        ("circuits/staged_open.svg", staged(&["--depth", "1", "--theme", "light"])),
        ("circuits/staged_down.svg", staged(&["--open", "sigma", "--dir", "tb", "--theme", "dark"])),
        ("circuits/product.svg", vec!["../../circuits/product.cr", "x=-2", "y=5", "z=-4", "--no-legend"]),
        ("circuits/special.svg", vec!["log(x) * 0 + max(x, y) + relu(z)", "x=0", "y=3", "z=-1"]),
    ]
}

/// The gates of the catalogue that have a picture: each in the smallest formula in which something other than 1 arrives at it.
fn of_gates() -> Vec<(String, Vec<&'static str>)> {
    let all = [
        ("add", vec!["2 * (x + y)", "x=3", "y=-4"]),
        ("sub", vec!["2 * (x - y)", "x=3", "y=-4"]),
        ("mul", vec!["p = x * y\nf = 2 * p", "x=3", "y=-4"]),
        ("div", vec!["2 * (x / y)", "x=3", "y=-4"]),
        ("maximum", vec!["2 * max(x, y)", "x=3", "y=-4"]),
        ("minimum", vec!["2 * min(x, y)", "x=3", "y=-4"]),
        ("relu", vec!["2 * (relu(x) + relu(y))", "x=3", "y=-4"]),
        ("sigmoid", vec!["2 * sigmoid(x)", "x=1"]),
        ("tanh", vec!["2 * tanh(x)", "x=1"]),
        ("exp", vec!["2 * exp(x)", "x=1"]),
        ("log", vec!["2 * log(x)", "x=3"]),
        (
            "matmul",
            vec![
                "input W: f64[2, 3]\ninput x: f64[3, 1]\nsum((W @ x)^2)",
                "W=[[1, 2, 0], [0, -1, 3]]",
                "x=[[1], [2], [-1]]",
            ],
        ),
    ];
    let place = |name: &str| format!("docs/pictures/gates/{name}.svg");
    all.into_iter().map(|(name, args)| (place(name), [args, vec!["--no-legend"]].concat())).collect()
}

#[test]
fn the_catalogue_shows_every_picture_of_a_gate() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/gates.md");
    let text = fs::read_to_string(file).expect("the catalogue is there");
    let shown = text.split("](pictures/gates/").skip(1).filter_map(|rest| rest.split_once(')'));
    let mut shown: Vec<String> = shown.map(|(name, _)| format!("docs/pictures/gates/{name}")).collect();
    let mut drawn: Vec<String> = of_gates().into_iter().map(|(file, _)| file).collect();
    shown.sort();
    drawn.sort();
    assert_eq!(shown, drawn);
}

#[test]
fn pictures_on_file_are_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut stale = Vec::new();
    let others = on_file().into_iter().map(|(file, arguments)| (file.to_string(), arguments));
    for (file, arguments) in others.chain(of_gates()) {
        let drawn = command().current_dir(env!("CARGO_MANIFEST_DIR")).arg("svg").args(&arguments).output();
        let drawn = common::Run::new(drawn.expect("the binary was built for this test")).ok();
        let path = root.join(&file);
        if std::env::var_os("BLESS").is_some() {
            fs::create_dir_all(path.parent().expect("it is in a folder")).expect("the folder can be made");
            fs::write(&path, &drawn).expect("the picture can be written");
        } else if fs::read_to_string(&path).ok() != Some(drawn) {
            stale.push(file);
        }
    }
    assert!(stale.is_empty(), "{stale:?} differ; renew them with BLESS=1 if this is meant");
}

#[test]
fn a_picture_is_written_whole_and_drawn_alike_each_time() {
    let place = empty_folder("pictures");
    let file = place.join("neuron.svg");
    let path = file.to_str().expect("the folder has a plain name");
    assert_eq!(run(&[&["svg"], &NEURON[..], &["-o", path]].concat()).ok(), "");
    let written = fs::read_to_string(&file).expect("it was written");
    assert_eq!(written, run(&[&["svg"], &NEURON[..]].concat()).ok());
    assert!(written.starts_with("<svg ") && written.ends_with("</svg>\n"));
    // every id once
    let ids: Vec<&str> = written.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let unique: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "{ids:?}");
    let missing = place.join("no such folder/x.svg");
    let complaint =
        run(&[&["svg"], &NEURON[..], &["-o", missing.to_str().expect("plain")]].concat()).fails(3);
    assert!(complaint.contains("no such folder"), "{complaint}");
}

#[test]
fn what_can_not_be_drawn_is_refused_with_a_hint() {
    let staged = ["svg", "../../circuits/staged.cr", "x=3", "y=-4"];
    let run_here = |rest: &[&str]| {
        let output = command().current_dir(env!("CARGO_MANIFEST_DIR")).args(staged).args(rest).output();
        common::Run::new(output.expect("the binary was built for this test"))
    };
    let complaint = run_here(&["--open", "sigmo"]).fails(2);
    assert!(
        complaint.contains("no stage is called sigmo") && complaint.contains("did you mean sigma?"),
        "{complaint}"
    );
    // Without stages it is drawn in parts; all of them open are too many.
    let long = "x".to_string() + &" * x".repeat(700);
    assert!(run(&["svg", &long, "x=1"]).ok().contains("gates 1-64"));
    let parts = (0..11)
        .map(|i| format!("gates {}-{}", i * 64 + 1, 700.min((i + 1) * 64)))
        .collect::<Vec<_>>()
        .join(",");
    let complaint = run(&["svg", &long, "x=1", "--open", &parts]).fails(2);
    assert!(complaint.contains("at most 600 are drawn"), "{complaint}");
    assert!(run(&["svg", "x * y", "x=1"]).fails(2).contains("no value for y"));
}

#[test]
fn steps_go_through_both_passes() {
    let all = run(&[&["explain"], &NEURON[..], &["--step"]].concat()).ok();
    let heads: Vec<&str> = all.lines().filter(|l| l.contains("/8 ")).collect();
    assert_eq!(heads.len(), 8, "{all}");
    assert!(heads[0].contains("→ forward  multiply: 2 × −1 = −2"), "{all}");
    assert!(heads[7].contains("w0: local −1 × upstream +0.1966 = −0.1966"), "{all}");
}

#[test]
fn the_offline_page_stands_alone() {
    let file = empty_folder("pages").join("staged.html");
    let path = file.to_str().expect("the folder has a plain name");
    let output = command()
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["html", "../../circuits/staged.cr", "x=3", "y=-4", "-o", path])
        .output();
    common::Run::new(output.expect("the binary was built for this test")).ok();
    let page = fs::read_to_string(&file).expect("it was written");
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
    // nothing is fetched from anywhere
    let addresses = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!addresses.contains("http://") && !addresses.contains("https://") && !addresses.contains("src="));
    // both stages closed and open, each view as data
    let data = page
        .split_once("id=\"views\">")
        .and_then(|(_, rest)| rest.split_once("</script>"))
        .expect("it has data")
        .0;
    let views: serde_json::Value = serde_json::from_str(data).expect("it is JSON");
    assert_eq!(views["views"].as_array().map(Vec::len), Some(3));
    assert!(views["first"]["svg"].as_str().is_some_and(|svg| svg.starts_with("<svg")));
}
