//! Colours. Both sets have a contrast of at least 4.5 to 1 for texts on the ground; blue and orange are told apart by everyone.

use super::Theme;

/// The colours of a theme.
struct Colours {
    ground: &'static str,
    ink: &'static str,
    plus: &'static str,
    minus: &'static str,
    alarm: &'static str,
    mute: &'static str,
    boxes: &'static str,
    edge: &'static str,
    input: &'static str,
    stage: &'static str,
    frame: &'static str,
    none: &'static str,
}

const LIGHT: Colours = Colours {
    ground: "#fbfaf7",
    ink: "#1d2228",
    plus: "#0b62a8",
    minus: "#a8500a",
    alarm: "#a3128f",
    mute: "#5c6570",
    boxes: "#ffffff",
    edge: "#8d96a1",
    input: "#eceae3",
    stage: "#eef3f8",
    frame: "#f3f1ea",
    none: "#e8eaeb",
};
const DARK: Colours = Colours {
    ground: "#14161a",
    ink: "#e8eaed",
    plus: "#6cb6ff",
    minus: "#ffab5e",
    alarm: "#ff7be5",
    mute: "#9aa4b0",
    boxes: "#20242b",
    edge: "#6b7683",
    input: "#2a2e35",
    stage: "#1d2a38",
    frame: "#1a1d22",
    none: "#2c3138",
};

/// What does not depend on the theme.
const SHAPES: &str = "\
.chainrule text{font-family:'Helvetica Neue',Helvetica,Arial,'Liberation Sans',sans-serif;font-variant-numeric:tabular-nums}
.chainrule .wire{fill:none;stroke-linejoin:round}
.chainrule .zero{stroke-dasharray:4 4}
.chainrule .box,.chainrule .inset{stroke-width:1.2}
.chainrule .inset{fill:none}
.chainrule .off{opacity:.55}
.chainrule .label{font-size:15px;text-anchor:middle}
.chainrule .sign{font-size:21px}
.chainrule .title{font-size:12.5px;font-weight:600}
.chainrule .detail{font-size:10.5px;text-anchor:middle}
.chainrule .value,.chainrule .name{font-size:12.5px}
.chainrule .gradient{font-size:12.5px;font-style:italic}
.chainrule .note{font-size:11px}
.chainrule .branch{font-size:11px;font-style:italic}
.chainrule .legend{font-size:11.5px}
.chainrule .more{fill:#0877bd}
.chainrule .less{fill:#f59322}
";

/// The style sheet, with a query for dark where the reader decides.
pub fn sheet(theme: Theme) -> String {
    let (first, dark) = match theme {
        Theme::Dark => (&DARK, String::new()),
        Theme::Light => (&LIGHT, String::new()),
        Theme::Auto => (&LIGHT, format!("@media (prefers-color-scheme:dark){{\n{}}}\n", rules(&DARK))),
    };
    format!("<style>\n{SHAPES}{}{dark}</style>\n", rules(first))
}

fn rules(c: &Colours) -> String {
    let mut rules = String::new();
    let mut rule = |selector: &str, body: String| rules += &format!(".chainrule {selector}{{{body}}}\n");
    rule(".ground", format!("fill:{}", c.ground));
    rule("text", format!("fill:{}", c.ink));
    rule(".wire", format!("stroke:{}", c.mute));
    rule(".head,.chainrule .dot", format!("fill:{}", c.mute));
    rule(".box", format!("fill:{};stroke:{}", c.boxes, c.edge));
    rule(".map", format!("fill:{};stroke:{}", c.none, c.edge));
    rule(".odd", format!("fill:{}", c.alarm));
    rule(".inset", format!("stroke:{}", c.edge));
    rule(".input", format!("fill:{};stroke:none", c.input));
    rule(".stage", format!("fill:{}", c.stage));
    rule(".frame", format!("fill:{};stroke:{}", c.frame, c.edge));
    rule(".detail,.chainrule .note,.chainrule .name,.chainrule .legend", format!("fill:{}", c.mute));
    for (class, colour) in [("plus", c.plus), ("minus", c.minus), ("alarm", c.alarm), ("zero", c.mute)] {
        rule(&format!("text.{class},.chainrule .fill.{class}"), format!("fill:{colour}"));
        rule(&format!(".wire.{class}"), format!("stroke:{colour}"));
    }
    rule(".hatch", format!("stroke:{};stroke-dasharray:2 3", c.ground));
    rules
}
