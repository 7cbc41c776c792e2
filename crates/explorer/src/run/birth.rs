//! A birth as text for the terminal.

use super::{Birth, Kind, Operand, Pass, PathGate};
use std::fmt;

/// How people see a number: four digits.
fn short(x: f64) -> String {
    match x {
        x if x.is_nan() => "NaN".into(),
        x if x.is_infinite() => if x > 0.0 { "inf" } else { "-inf" }.into(),
        0.0 => "0".into(),
        x if (1e-3..1e5).contains(&x.abs()) => {
            let digits = (3 - x.abs().log10().floor() as i32).clamp(0, 6) as usize;
            let text = format!("{x:.digits$}");
            if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text }
        }
        x => format!("{x:.3e}"),
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.v {
            Some(v) => write!(f, "{} = {}", self.name, short(v)),
            None => write!(f, "{} from {} to {}", self.name, short(self.min), short(self.max)),
        }
    }
}

fn list(operands: &[Operand]) -> String {
    operands.iter().map(Operand::to_string).collect::<Vec<_>>().join(", ")
}

fn named(module: &str, op: &str) -> String {
    if module.is_empty() { op.to_string() } else { format!("{module}.{op}") }
}

impl Birth {
    /// The first line: what, when, where.
    fn headline(&self) -> String {
        let kind = match self.kind {
            Kind::Nan => "NaN",
            Kind::Inf => "infinity",
        };
        let pass = match self.pass {
            Pass::Forward => "forward",
            Pass::Backward => "backward",
            Pass::Update => "update",
        };
        let at = if self.at.is_empty() { String::new() } else { format!(" at {:?}", self.at) };
        format!(
            "{kind} born at step {}, {pass}, in {}{at}: {}",
            self.s,
            named(&self.module, &self.of_op),
            self.numbers()
        )
    }

    /// What came in and what came out, as far as it can be said of one element.
    fn numbers(&self) -> String {
        let kind = match self.kind {
            Kind::Nan => "NaN",
            Kind::Inf => "an infinity",
        };
        if self.op == "input" {
            return format!("it was given {kind}");
        }
        if self.pass != Pass::Backward {
            return format!("{} gave {kind}", list(&self.inputs));
        }
        let mut text = list(&self.of_in);
        if !self.local.is_empty() {
            let locals: Vec<String> = self.local.iter().map(|&local| short(local)).collect();
            text += &format!("; local gradient {}", locals.join(", "));
        }
        if let Some(up) = self.up {
            text += &format!("; upstream {}", short(up));
        }
        text + &format!("; in its gradient {} of {} gave {kind}", self.op, list(&self.inputs))
    }
}

impl fmt::Display for Birth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.headline())?;
        for within in &self.within {
            write!(f, "\n  within  {within}")?;
        }
        if !self.src.is_empty() {
            write!(f, "\n  source  {}", self.src)?;
        }
        if self.path.len() > 1 {
            let name = |gate: &PathGate| named(&gate.module, &gate.op);
            let shown: Vec<String> = self.path.iter().take(8).map(name).collect();
            let more = if self.path.len() > 8 { " > ..." } else { "" };
            write!(f, "\n  went on {}{more}", shown.join(" > "))?;
        }
        if !self.try_this.is_empty() {
            write!(f, "\n  try     {}", self.try_this)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birth_reads_as_people_would_say_it() {
        let operand = |v: Option<f64>| Operand { w: 3, name: "p".into(), v, min: 0.0, max: 2.5 };
        let birth = Birth {
            s: 233,
            pass: Pass::Backward,
            gate: 41,
            op: "div".into(),
            kind: Kind::Inf,
            at: vec![3, 7],
            inputs: vec![operand(Some(0.0))],
            of: 17,
            of_op: "log".into(),
            of_in: vec![operand(Some(0.0))],
            local: vec![f64::INFINITY],
            up: Some(-0.0625),
            path: [17, 18].map(|gate| PathGate { gate, op: "mul".into(), module: "net".into() }).to_vec(),
            module: "net.l2".into(),
            src: "src/x.rs:41:17".into(),
            within: vec!["scan, turn 3, gate 7".into()],
            try_this: "log(x + eps)".into(),
        };
        let text = "infinity born at step 233, backward, in net.l2.log at [3, 7]: p = 0; local gradient inf; upstream \
                    -0.0625; in its gradient div of p = 0 gave an infinity\n  within  scan, turn 3, gate 7\n  source  \
                    src/x.rs:41:17\n  went on net.mul > net.mul\n  try     log(x + eps)";
        assert_eq!(birth.to_string(), text);
        let forward = Birth { pass: Pass::Forward, inputs: vec![operand(None)], ..birth };
        assert!(forward.to_string().starts_with(
            "infinity born at step 233, forward, in net.l2.log at [3, 7]: p from 0 to 2.5 gave"
        ));
        assert_eq!(
            [1234567.0, 12.5, 1e-5, 1.0, f64::NAN, -0.00123456].map(short),
            ["1.235e6", "12.5", "1.000e-5", "1", "NaN", "-0.001235"]
        );
    }
}
