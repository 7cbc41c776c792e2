//! `chainrule gates`: the catalogue, written by the rooms of the gates themselves.

use crate::failure::{Result, argument};
use crate::output;
use chainrule::formula::nearest;
use chainrule::{CatalogueEntry, catalogue};

/// List every gate and function, or say all about one: formula, local gradient, kinks, source
#[derive(clap::Args)]
#[command(after_help = EXAMPLE)]
pub struct Gates {
    /// The gate or function
    name: Option<String>,

    /// Print the whole catalogue as Markdown
    #[arg(long, conflicts_with = "name")]
    markdown: bool,
}

const EXAMPLE: &str = "\
Example:
  chainrule gates maximum";

/// Runs it.
pub fn run(args: &Gates) -> Result<()> {
    let all = catalogue();
    if args.markdown {
        return output::print(&markdown(&all));
    }
    let Some(name) = &args.name else { return output::print(&list(&all)) };
    let Some(entry) = all.iter().find(|e| e.name == name) else {
        let near = nearest(name, all.iter().map(|e| e.name));
        let hint = near
            .map_or_else(|| "chainrule gates lists them all".into(), |near| format!("did you mean {near}?"));
        return Err(argument(name, "is no gate and no function", hint).into());
    };
    output::print(&one(entry))
}

/// A line each, by class.
fn list(all: &[CatalogueEntry]) -> String {
    let width = all.iter().map(|e| e.name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for class in classes(all) {
        text += &format!("{class}\n");
        for entry in all.iter().filter(|e| e.class == class) {
            let first = entry
                .summary
                .split_once(". ")
                .map_or(entry.summary, |(first, _)| first)
                .trim_end_matches('.');
            text += &format!("  {:width$}  {first}\n", entry.name);
        }
    }
    text
}

/// In the order of the catalogue.
fn classes(all: &[CatalogueEntry]) -> Vec<&'static str> {
    let mut classes: Vec<&'static str> = Vec::new();
    for entry in all {
        if !classes.contains(&entry.class) {
            classes.push(entry.class);
        }
    }
    classes
}

/// The facts that are there, each with its heading.
fn facts(entry: &CatalogueEntry) -> Vec<(&'static str, String)> {
    let call = entry.call();
    let all = [
        ("written", call),
        ("formula", entry.formula.to_string()),
        ("local gradient", entry.local.to_string()),
        ("kinks", entry.kinks.to_string()),
        ("source", entry.source.to_string()),
    ];
    all.into_iter().filter(|(_, fact)| !fact.is_empty()).collect()
}

fn one(entry: &CatalogueEntry) -> String {
    let mut text = wrapped(&format!("{}: {}", entry.name, entry.summary), 0) + "\n";
    for (heading, fact) in facts(entry).into_iter().chain([("class", entry.class.to_string())]) {
        text += &wrapped(&format!("  {heading:14}  {fact}"), 18);
    }
    text
}

/// In lines of at most [`COLUMNS`], all but the first indented.
fn wrapped(text: &str, indent: usize) -> String {
    let (mut lines, mut line) = (String::new(), String::new());
    for word in text.split_inclusive(' ') {
        if line.chars().count() + word.trim_end().chars().count() > COLUMNS {
            lines += line.trim_end();
            lines.push('\n');
            line = " ".repeat(indent);
        }
        line += word;
    }
    lines + line.trim_end() + "\n"
}

const COLUMNS: usize = 100;

/// Gates with a picture in docs/pictures/gates. `tests/pictures.rs` draws them, and says if one is missing or stale.
const PICTURED: [&str; 12] =
    ["add", "sub", "mul", "div", "maximum", "minimum", "relu", "sigmoid", "tanh", "exp", "log", "matmul"];

fn markdown(all: &[CatalogueEntry]) -> String {
    let mut text = "# Gates and functions\n\nWritten by `cargo xtask gates` from the rooms of the gates; \
                    `chainrule gates NAME` shows one of them.\n"
        .to_string();
    for class in classes(all) {
        text += &format!("\n## {class}\n");
        for entry in all.iter().filter(|e| e.class == class) {
            text += &format!("\n### {}\n\n{}\n\n", entry.name, entry.summary);
            if PICTURED.contains(&entry.name) {
                let name = entry.name;
                text += &format!(
                    "![{name}: values above the wires, gradients below](pictures/gates/{name}.svg)\n\n"
                );
            }
            for (heading, fact) in facts(entry) {
                let fact = if ["kinks", "source"].contains(&heading) { fact } else { format!("`{fact}`") };
                text += &format!("- {heading}: {fact}\n");
            }
        }
    }
    text
}
