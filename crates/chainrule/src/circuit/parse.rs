//! Parses the text form of a circuit.

use super::{Attr, Attrs, Circuit, Class, Control, GateDef, Outputs, Stage, graph::Entry};
use crate::base::{DType, Data, Element, Mistake, Place, Result, Site, Spec, Tensor, limits};
use std::collections::HashSet;
use std::sync::Arc;

/// Where the parser stands.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
    gates: &'a [&'static GateDef],
    depth: usize,
}

type Parsed<T> = std::result::Result<T, String>;

impl Circuit {
    /// Reads the text form, given the gates that may occur.
    ///
    /// # Errors
    /// The first place where the text is no circuit: an unknown gate, a wire before its gate, shapes that don't fit, bad syntax.
    pub fn parse(text: &str, gates: &[&'static GateDef]) -> Result<Circuit> {
        let mut cursor = Cursor { text, at: 0, gates, depth: 0 };
        let circuit = cursor.circuit().and_then(|circuit| {
            cursor.skip_space();
            if cursor.rest().is_empty() { Ok(circuit) } else { Err("text after the circuit".to_string()) }
        });
        circuit.map_err(|what| {
            let at = cursor.at.min(text.len()) as u32;
            Mistake::new(Place::Text { span: at..at, source: text.into() }, "circuit text", what).into()
        })
    }
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// Steps over a word or mark, if it comes next.
    fn take(&mut self, mark: &str) -> bool {
        let found = self.rest().trim_start().strip_prefix(mark);
        self.at = found.map_or(self.at, |rest| self.text.len() - rest.len());
        found.is_some()
    }

    fn expect(&mut self, mark: &str) -> Parsed<()> {
        if self.take(mark) {
            return Ok(());
        }
        self.skip_space();
        Err(format!("expected {mark:?}"))
    }

    /// The longest run of characters that `belongs` accepts.
    fn run(&mut self, what: &str, belongs: fn(char) -> bool) -> Parsed<&'a str> {
        self.skip_space();
        let rest = self.rest();
        let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at += end;
        if end == 0 { Err(format!("expected {what}")) } else { Ok(&rest[..end]) }
    }

    fn word(&mut self) -> Parsed<&'a str> {
        self.run("a name", |c| c.is_ascii_alphanumeric() || c == '_')
    }

    fn number(&mut self) -> Parsed<&'a str> {
        self.run("a number", |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+'))
    }

    fn parse<T: std::str::FromStr>(&mut self) -> Parsed<T> {
        let number = self.number()?;
        number.parse().map_err(|_| format!("{number:?} is no such number"))
    }

    /// A text in quotes, as Rust's `{:?}` writes it.
    fn quoted(&mut self) -> Parsed<String> {
        self.expect("\"")?;
        let mut text = String::new();
        let mut chars = self.rest().char_indices();
        while let Some((i, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += i + 1;
                    return Ok(text);
                }
                '\\' => text.push(escaped(&mut chars)?),
                c => text.push(c),
            }
        }
        Err("a quoted text does not end".to_string())
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        self.expect("[")?;
        let mut items = Vec::new();
        while !self.take("]") {
            if !items.is_empty() {
                self.expect(",")?;
            }
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// `%1 %2 ..` to the end of the line, each below `limit`. The next line may begin with another wire, its gate's number.
    fn wires(&mut self, limit: usize) -> Parsed<Vec<u32>> {
        let mut wires = Vec::new();
        while self.rest().trim_start_matches(' ').starts_with('%') && self.take("%") {
            let wire: u32 = self.parse()?;
            if wire as usize >= limit {
                return Err(format!("%{wire} comes before its gate"));
            }
            wires.push(wire);
        }
        Ok(wires)
    }

    fn spec(&mut self) -> Parsed<Spec> {
        let dtype: DType = self.word()?.parse()?;
        Spec::new(&self.list(Cursor::parse::<usize>)?, dtype)
    }

    fn circuit(&mut self) -> Parsed<Circuit> {
        self.depth += 1;
        if self.depth > limits::FORMULA_DEPTH {
            return Err("circuits are nested too deeply".to_string());
        }
        self.expect("circuit")?;
        self.expect("{")?;
        let mut circuit = Circuit::default();
        loop {
            if self.take("source") {
                circuit.source = Some(self.quoted()?.into());
            } else if self.take("stage") {
                self.stage(&mut circuit)?;
            } else if self.take("inputs") {
                circuit.inputs = self.wires(circuit.len())?;
                self.check_inputs(&circuit)?;
            } else if self.take("outputs") {
                circuit.outputs = self.wires(circuit.len())?;
            } else if self.take("}") {
                break;
            } else {
                self.gate(&mut circuit)?;
            }
        }
        check_whole(&circuit)?;
        self.depth -= 1;
        Ok(circuit)
    }

    fn check_inputs(&self, circuit: &Circuit) -> Parsed<()> {
        let odd = circuit.inputs.iter().find(|&&i| !matches!(circuit.node(i).gate.class, Class::Input));
        if let Some(i) = odd {
            return Err(format!("%{i} is no input"));
        }
        let mut seen = HashSet::new();
        let twice = circuit.inputs.iter().find(|&&i| !seen.insert(i));
        twice.map_or(Ok(()), |i| Err(format!("%{i} is listed twice under inputs")))
    }

    fn stage(&mut self, circuit: &mut Circuit) -> Parsed<()> {
        let number: usize = self.parse()?;
        let name = self.quoted()?;
        self.expect("in")?;
        let parent: u32 = self.parse()?;
        if number != circuit.stages.len() || parent as usize >= number {
            return Err("stages are numbered in order, each after the one around it".to_string());
        }
        let mut stage = Stage { name, parent, inputs: Vec::new(), outputs: Vec::new() };
        if self.take("takes") {
            stage.inputs = self.wires(usize::MAX)?;
        }
        if self.take("gives") {
            stage.outputs = self.wires(usize::MAX)?;
        }
        circuit.stages.push(stage);
        Ok(())
    }

    fn gate(&mut self, circuit: &mut Circuit) -> Parsed<()> {
        self.expect("%")?;
        let start = self.at;
        let index: u32 = self.parse()?;
        if index as usize != circuit.len() {
            return Err(format!("%{index} where %{} comes next", circuit.len()));
        }
        let mut specs = Vec::new();
        while specs.is_empty() || self.take(",") {
            self.skip_space();
            if self.rest().starts_with('"') {
                circuit.names.insert(index + specs.len() as u32, self.quoted()?);
            }
            self.expect(":")?;
            specs.push(self.spec()?);
        }
        self.expect("=")?;
        let name = self.word()?;
        let Some(&gate) = self.gates.iter().find(|g| g.name == name) else {
            return Err(format!("{name:?} is no gate"));
        };
        let inputs = self.wires(circuit.len())?;
        let attrs = self.attrs(gate)?;
        let stage = if self.take("@") { self.parse()? } else { 0 };
        if stage as usize >= circuit.stages.len() {
            return Err(format!("stage {stage} is not there"));
        }
        // What does not fit is said of the line that it stands in, however long the gate's attributes are.
        let end = std::mem::replace(&mut self.at, start);
        self.check_gate(gate, &attrs, &circuit.specs(&inputs), &specs)?;
        self.at = end;
        circuit.push(Entry { gate, attrs, inputs: &inputs, outputs: &specs, stage, site: Site::Unknown });
        Ok(())
    }

    /// The stated specs are those that the shape rule gives.
    fn check_gate(
        &mut self,
        gate: &'static GateDef,
        attrs: &Attrs,
        inputs: &[Spec],
        specs: &[Spec],
    ) -> Parsed<()> {
        if matches!(gate.class, Class::Input) {
            return if specs.len() == 1 { Ok(()) } else { Err("an input has one spec".to_string()) };
        }
        if !gate.arity.fits(inputs.len()) {
            return Err(format!("{} takes {} inputs, not {}", gate.name, gate.arity, inputs.len()));
        }
        // A function with rules of the user's own may lack one of them.
        let optional = if matches!(gate.class, Class::Control(Control::Call)) { 1 } else { usize::MAX };
        let missing =
            gate.attrs.iter().enumerate().find(|(i, (name, _))| *i < optional && attrs.get(name).is_none());
        if let Some((_, (name, _))) = missing {
            return Err(format!("{} has no {name}", gate.name));
        }
        let outputs =
            match (gate.shape)(attrs, inputs).map_err(|fault| format!("{}: {}", gate.name, fault.what))? {
                Outputs::One(spec) => vec![spec],
                Outputs::Many(specs) => specs,
            };
        if outputs == specs { Ok(()) } else { Err(format!("{} gives {outputs:?}, not {specs:?}", gate.name)) }
    }

    fn attrs(&mut self, gate: &GateDef) -> Parsed<Attrs> {
        let mut items = Vec::new();
        if self.take("{") {
            while !self.take("}") {
                if !items.is_empty() {
                    self.expect(",")?;
                }
                let word = self.word()?;
                let Some(&(name, kind)) = gate.attrs.iter().find(|(name, _)| *name == word) else {
                    return Err(format!("{} has no attribute {word:?}", gate.name));
                };
                self.expect(":")?;
                let attr = self.attr()?;
                if attr.kind() != kind || items.iter().any(|(n, _)| *n == name) {
                    return Err(format!("{name} of {} is one {kind:?}", gate.name));
                }
                items.push((name, attr));
            }
        }
        Ok(Attrs::from_list(items))
    }

    fn attr(&mut self) -> Parsed<Attr> {
        self.skip_space();
        let rest = self.rest();
        if rest.starts_with('"') {
            return self.quoted().map(Attr::Text);
        }
        if rest.starts_with('[') {
            return self.list(Cursor::parse::<i64>).map(Attr::Ints);
        }
        if rest.starts_with("circuit") {
            return self.circuit().map(|c| Attr::Circuit(Arc::new(c)));
        }
        let start = self.at;
        let word = self.number()?;
        if let Ok(dtype) = word.parse::<DType>() {
            if !self.rest().starts_with('[') {
                return Ok(Attr::DType(dtype));
            }
            self.at = start;
            return self.tensor().map(Attr::Tensor);
        }
        if let Ok(int) = word.parse::<i64>() {
            return Ok(Attr::Int(int));
        }
        match word {
            "true" => Ok(Attr::Flag(true)),
            "false" => Ok(Attr::Flag(false)),
            _ => word.parse().map(Attr::Real).map_err(|_| format!("{word:?} is no attribute")),
        }
    }

    fn tensor(&mut self) -> Parsed<Tensor> {
        let spec = self.spec()?;
        fn values<T: Element + std::str::FromStr>(cursor: &mut Cursor<'_>) -> Parsed<Data> {
            cursor.list(Cursor::parse::<T>).map(T::wrap)
        }
        let data = match spec.dtype {
            DType::F32 => values::<f32>(self),
            DType::F64 => values::<f64>(self),
            DType::I32 => values::<i32>(self),
            DType::I64 => values::<i64>(self),
            DType::U8 => values::<u8>(self),
            DType::Bool => values::<bool>(self),
        }?;
        Tensor::from_data(data, &spec.shape.dims()).map_err(|e| e.to_string())
    }
}

/// What can be said only of a whole circuit.
fn check_whole(circuit: &Circuit) -> Parsed<()> {
    let (read, listed) = (circuit.reached(), circuit.inputs.iter().copied().collect::<HashSet<u32>>());
    for (index, _) in circuit.gates().filter(|(_, n)| matches!(n.gate.class, Class::Input)) {
        if read[index as usize] && !listed.contains(&index) {
            return Err(format!("%{index} is read and not listed under inputs"));
        }
    }
    let inside = |wires: &[u32]| wires.iter().all(|&w| (w as usize) < circuit.len());
    if circuit.stages.iter().all(|s| inside(&s.inputs) && inside(&s.outputs)) {
        Ok(())
    } else {
        Err("a stage takes or gives a wire that is not there".to_string())
    }
}

/// The character that an escape stands for: what `{:?}` writes for texts.
fn escaped(chars: &mut std::str::CharIndices<'_>) -> Parsed<char> {
    let bad = || "an escape that is not known".to_string();
    match chars.next().ok_or_else(bad)?.1 {
        'n' => Ok('\n'),
        't' => Ok('\t'),
        'r' => Ok('\r'),
        '0' => Ok('\0'),
        'u' => {
            let digits: String = chars.by_ref().map(|(_, c)| c).skip(1).take_while(|&c| c != '}').collect();
            let code = u32::from_str_radix(&digits, 16).map_err(|_| bad())?;
            char::from_u32(code).ok_or_else(bad)
        }
        c @ ('"' | '\\' | '\'') => Ok(c),
        _ => Err(bad()),
    }
}
