//! `chainrule explain --step`: gate by gate through both passes. On a terminal a key word and Enter lead on; elsewhere all steps
//! are printed.

use crate::failure::Result;
use crate::output;
use anstyle::{AnsiColor, Style};
use chainrule_explorer::scene::{Card, Pass, Scene};
use std::io::{BufRead, IsTerminal};

const HELP: &str = "Enter: next, b: back, a number: that step, l: the loss, q: quit";

/// Shows the steps.
pub fn run(scene: &Scene) -> Result<()> {
    if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        let all: Vec<String> = (0..scene.steps.len()).map(|at| step(scene, at)).collect();
        return output::print(&all.join("\n"));
    }
    output::print(&format!("{HELP}\n\n"))?;
    let mut at = Some(0);
    let mut lines = std::io::stdin().lock().lines();
    while let Some(now) = at {
        output::print(&format!("{}\n", step(scene, now)))?;
        let Some(Ok(said)) = lines.next() else { break };
        at = next(scene, now, said.trim());
    }
    Ok(())
}

/// The step that follows what was said; none to end.
fn next(scene: &Scene, now: usize, said: &str) -> Option<usize> {
    let last = scene.steps.len().saturating_sub(1);
    match said {
        "q" | "quit" => None,
        "" | "n" if now == last => None,
        "" | "n" => Some(now + 1),
        "b" => Some(now.saturating_sub(1)),
        "l" => Some(scene.steps.iter().position(|s| s.pass == Pass::Backward).unwrap_or(last)),
        other => Some(other.parse().map_or(now, |n: usize| n.clamp(1, last + 1) - 1)),
    }
}

/// One step: what the gate does in this pass, and its way with gradients.
fn step(scene: &Scene, at: usize) -> String {
    let Some(step) = scene.steps.get(at) else { return String::new() };
    let (word, arrow, colour) = match step.pass {
        Pass::Forward => ("forward", '→', AnsiColor::Green),
        Pass::Backward => ("backward", '←', AnsiColor::Cyan),
    };
    let style: Style = colour.on_default().bold();
    let head = format!("{style}{:>3}/{} {arrow} {word}{style:#}", at + 1, scene.steps.len());
    let mut text = format!("{head}  {}\n", step.text);
    if let Some(block) = scene.blocks.iter().find(|b| b.id == step.block) {
        text += &card(&block.card, step.pass);
    }
    text
}

fn card(card: &Card, pass: Pass) -> String {
    let mut text = String::new();
    let mut say = |line: String| text += &format!("      {line}\n");
    if pass == Pass::Forward {
        if !card.formula.is_empty() {
            say(format!("formula   {}", card.formula));
        }
        return text;
    }
    if !card.local.is_empty() {
        say(format!("local     {}", card.local));
    }
    if let Some(pattern) = &card.pattern {
        say(format!("{}: {}", pattern.title, pattern.sentence));
    }
    for check in &card.checks {
        let factors: Vec<&str> = check.factors.iter().map(|f| f.text.as_str()).collect();
        let way = if factors.is_empty() { String::new() } else { format!("{} = ", factors.join(" × ")) };
        say(format!(
            "the stage's own local gradient for {} is {}; of its parts: {way}{}",
            check.input, check.local.text, check.product.text
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::next;
    use chainrule::formula::{Formula, Options};
    use chainrule_explorer::scene::{View, scene};

    #[test]
    fn words_lead_from_step_to_step() {
        let built =
            Formula::parse("x * y + x").and_then(|f| f.build(&Options::default())).expect("it is sound");
        let flow =
            chainrule::flow(&built.circuit, &[2.0.into(), 3.0.into()], &[1.0.into()]).expect("two numbers");
        let scene = scene(&built.circuit, Some(&flow), &View::default()).expect("it is small");
        assert_eq!(scene.steps.len(), 4);
        assert_eq!(next(&scene, 0, ""), Some(1));
        assert_eq!(next(&scene, 3, ""), None);
        assert_eq!(next(&scene, 0, "b"), Some(0));
        assert_eq!(next(&scene, 0, "l"), Some(2));
        assert_eq!(next(&scene, 0, "99"), Some(3));
        assert_eq!(next(&scene, 1, "what"), Some(1));
        assert_eq!(next(&scene, 1, "q"), None);
    }
}
