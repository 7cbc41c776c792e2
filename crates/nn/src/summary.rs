//! A network module by module: what each gives out, how many weights it has, and what a forward pass costs.

use chainrule::{Circuit, Spec, Tree};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt;

/// The modules of a network. Its text is a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The modules, each followed by those inside it. The first, without a name, is the whole network.
    pub rows: Vec<Row>,
}

/// A module. Figures include those of the modules inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where its weights are: `transformer.layers.0.attention`.
    pub path: String,
    /// Its name inside the module around it: `attention`.
    pub name: String,
    /// How many modules are around it.
    pub depth: usize,
    /// What leaves it and is used.
    pub outputs: Vec<Spec>,
    /// How many numbers its weights have.
    pub parameters: u64,
    /// Floating-point operations of one forward pass; an element of any element-wise gate counts as one.
    pub flops: u64,
    /// Bytes of all values that its gates compute in one forward pass; views are none, and of a loop only what leaves it counts. At most
    /// so many wait for the backward pass.
    pub activations: u64,
}

/// The modules of a forward pass: its stages, as [`stage`](chainrule::stage) names them, with the weights whose paths begin as theirs.
/// A module that is used twice has one row.
///
/// ```
/// use chainrule::prelude::*;
/// use chainrule_nn::layers::Mlp;
/// use chainrule_nn::rng::{Purpose, Rng};
/// use chainrule_nn::summary::summary;
/// let net = Mlp::new(&[64, 16, 10], DType::F32, &Rng::new(0, Purpose::Start))?;
/// let weights = net.map(&mut |t: &Tensor| t.spec());
/// let images = Spec::new(&[32, 64], DType::F32).unwrap();
/// let program = trace(|net: Mlp<Wire>, x: Wire| net.forward(x), &(weights.clone(), images))?;
/// let text = summary(program.circuit(), &weights).to_string();
/// assert_eq!(text, "\
/// module         output  parameters  flops  bytes of activations
/// layers.0  f32[32, 16]        1040  66560                  6144
/// layers.1  f32[32, 10]         170  10560                  2560
/// total     f32[32, 10]        1210  77120                  8704
/// ");
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
pub fn summary<N: Tree<Leaf = Spec>>(circuit: &Circuit, weights: &N) -> Summary {
    let mut modules = Modules::of(circuit);
    let live = circuit.reached();
    for (index, node) in circuit.gates().filter(|(index, _)| live[*index as usize]) {
        let row = modules.row_of[node.stage as usize];
        for around in modules.around(row) {
            let row = &mut modules.rows[around];
            row.flops = row.flops.saturating_add(circuit.flops_of(index));
            row.activations = row.activations.saturating_add(circuit.bytes_of(index));
        }
        circuit.inputs_of(index).iter().for_each(|&wire| modules.leaves(circuit, wire, row));
    }
    for &wire in &circuit.outputs {
        modules.leaves(circuit, wire, 0);
        modules.leaving[0].insert(wire);
    }
    for (path, spec) in weights.paths().iter().zip(weights.leaves()) {
        for row in modules.rows.iter_mut().filter(|row| row.holds(path)) {
            row.parameters += spec.shape.elements() as u64;
        }
    }
    let Modules { mut rows, leaving, .. } = modules;
    for (row, wires) in rows.iter_mut().zip(leaving) {
        row.outputs = wires.into_iter().map(|wire| circuit.node(wire).spec).collect();
    }
    // What was opened but is empty, such as a dropout without a key, is no module.
    rows.retain(|row| row.depth == 0 || row.parameters > 0 || !row.outputs.is_empty());
    Summary { rows }
}

/// The rows while they are filled.
struct Modules {
    rows: Vec<Row>,
    /// The row of each stage.
    row_of: Vec<usize>,
    /// The row around each row.
    parents: Vec<usize>,
    /// The wires that leave each row.
    leaving: Vec<BTreeSet<u32>>,
}

impl Modules {
    fn of(circuit: &Circuit) -> Modules {
        let mut modules =
            Modules { rows: Vec::new(), row_of: Vec::new(), parents: Vec::new(), leaving: Vec::new() };
        modules.open("", "", 0, 0);
        modules.row_of.push(0);
        for stage in circuit.stages.iter().skip(1) {
            let parent = modules.row_of[stage.parent as usize];
            // A function of the engine says what its stage is given; it is a part of the module that calls it.
            let is_function = !stage.inputs.is_empty() || !stage.outputs.is_empty();
            let row = if is_function { parent } else { modules.within(parent, &stage.name) };
            modules.row_of.push(row);
        }
        modules
    }

    /// The module of this name inside of another.
    fn within(&mut self, parent: usize, name: &str) -> usize {
        let around = &self.rows[parent];
        let dot = if around.path.is_empty() { "" } else { "." };
        let (path, depth) = (format!("{}{dot}{name}", around.path), around.depth + 1);
        let known = self.rows.iter().position(|row| row.path == path);
        known.unwrap_or_else(|| self.open(&path, name, depth, parent))
    }

    fn open(&mut self, path: &str, name: &str, depth: usize, parent: usize) -> usize {
        let (path, name) = (path.to_string(), name.to_string());
        self.rows.push(Row {
            path,
            name,
            depth,
            outputs: Vec::new(),
            parameters: 0,
            flops: 0,
            activations: 0,
        });
        self.parents.push(parent);
        self.leaving.push(BTreeSet::new());
        self.rows.len() - 1
    }

    /// A row and those around it, the whole network last.
    fn around(&self, mut row: usize) -> Vec<usize> {
        let mut found = vec![row];
        while row != 0 {
            row = self.parents[row];
            found.push(row);
        }
        found
    }

    /// A wire that is read inside of `reader` leaves all modules that the reader is not in.
    fn leaves(&mut self, circuit: &Circuit, wire: u32, reader: usize) {
        let (from, to) = (self.row_of[circuit.node(wire).stage as usize], self.around(reader));
        for row in self.around(from).into_iter().filter(|row| !to.contains(row)) {
            self.leaving[row].insert(wire);
        }
    }
}

impl Row {
    /// Whether a weight is one of its own.
    fn holds(&self, weight: &str) -> bool {
        let rest = weight.strip_prefix(&self.path);
        self.path.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    fn cells(&self, name: String) -> [String; 5] {
        let outputs = self.outputs.iter().map(Spec::to_string).collect::<Vec<_>>().join(" ");
        [name, outputs, self.parameters.to_string(), self.flops.to_string(), self.activations.to_string()]
    }
}

impl Summary {
    /// The whole network.
    pub fn total(&self) -> &Row {
        &self.rows[0]
    }

    /// The rows as a list of objects, the whole network first.
    pub fn json(&self) -> Value {
        let row = |row: &Row| {
            json!({
                "path": row.path,
                "outputs": row.outputs.iter().map(Spec::to_string).collect::<Vec<_>>(),
                "parameters": row.parameters,
                "flops": row.flops,
                "activations": row.activations,
            })
        };
        self.rows.iter().map(row).collect()
    }
}

/// Columns side by side, names to the left and all else to the right; modules are indented by their depth.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines =
            vec![["module", "output", "parameters", "flops", "bytes of activations"].map(String::from)];
        let inner = self.rows.iter().skip(1);
        lines.extend(inner.map(|row| row.cells(format!("{}{}", "  ".repeat(row.depth - 1), row.name))));
        lines.push(self.total().cells("total".to_string()));
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(width);
        for [name, output, parameters, flops, bytes] in &lines {
            writeln!(f, "{name:<a$}  {output:>b$}  {parameters:>c$}  {flops:>d$}  {bytes:>e$}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::{CharLstm, CharLstmOptions, ConvNet, Gpt, GptOptions};
    use crate::rng::{Purpose, Rng};
    use chainrule::{DType, Tensor, Wire, stage, trace};

    fn rng() -> Rng {
        Rng::new(0, Purpose::Start)
    }

    fn spec(dims: &[usize], dtype: DType) -> Spec {
        Spec::new(dims, dtype).unwrap()
    }

    fn row<'a>(summary: &'a Summary, path: &str) -> &'a Row {
        summary.rows.iter().find(|row| row.path == path).unwrap_or_else(|| panic!("no {path} in\n{summary}"))
    }

    fn figures(row: &Row) -> (u64, u64, u64) {
        (row.parameters, row.flops, row.activations)
    }

    #[test]
    fn a_network_of_convolutions_is_counted_by_hand() {
        let net = ConvNet::new(crate::data::Image::grey(8, 8), &[2, 3], &[5], DType::F32, &rng()).unwrap();
        let weights = net.map(&mut |t: &Tensor| t.spec());
        let of = (weights.clone(), spec(&[4, 64], DType::F32));
        let program = trace(|net: ConvNet<Wire>, x: Wire| net.forward(x), &of).unwrap();
        let summary = summary(program.circuit(), &weights);
        // 2 of 3 by 3 on 8 by 8, 4 images: 512 outputs of 9 products; bias, relu; a pool of 4 numbers each.
        let (outputs, pooled) = (4 * 2 * 64, 4 * 2 * 16);
        let flops = 2 * 9 * outputs + 2 * outputs + 4 * pooled;
        let first = row(&summary, "convolutions.0");
        assert_eq!(figures(first), (20, flops, 4 * (3 * outputs + pooled)));
        assert_eq!(first.outputs, [spec(&[4, 2, 4, 4], DType::F32)]);
        // 3 of 2 by 3 by 3 on 4 by 4.
        let (outputs, pooled) = (4 * 3 * 16, 4 * 3 * 4);
        let second = row(&summary, "convolutions.1");
        let flops = 2 * 18 * outputs + 2 * outputs + 4 * pooled;
        assert_eq!(figures(second), (57, flops, 4 * (3 * outputs + pooled)));
        // 12 numbers of 4 images to 5 classes: product and bias.
        assert_eq!(figures(row(&summary, "head")), (65, 2 * 4 * 12 * 5 + 20, 4 * 40));
        let parts = ["convolutions.0", "convolutions.1", "head"].map(|path| figures(row(&summary, path)));
        let sum = parts.iter().fold((0, 0, 0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2));
        assert_eq!(figures(summary.total()), sum);
    }

    #[test]
    fn a_gpt_is_counted_by_hand() {
        let (n, t, w, layers, vocabulary) = (2, 6, 8, 2, 11);
        let options = GptOptions { vocabulary, context: 10, layers, width: w, heads: 2, dropout: 0.1 };
        let net = Gpt::new(options, DType::F32, &rng()).unwrap();
        let weights = net.map(&mut |t: &Tensor| t.spec());
        let of = (weights.clone(), spec(&[n, t], DType::I64));
        let program = trace(|net: Gpt<Wire>, x: Wire| net.forward(x, None), &of).unwrap();
        let summary = summary(program.circuit(), &weights);
        let (rows, w, v) = ((n * t) as u64, w as u64, vocabulary as u64);
        let linear =
            |inputs: u64, outputs: u64| (inputs * outputs, 2 * rows * inputs * outputs, 4 * rows * outputs);
        let block = "transformer.layers.1";
        for part in ["query", "key", "value", "output"] {
            assert_eq!(figures(row(&summary, &format!("{block}.attention.{part}"))), linear(w, w), "{part}");
        }
        assert_eq!(figures(row(&summary, &format!("{block}.mlp.up"))), linear(w, 4 * w));
        assert_eq!(figures(row(&summary, &format!("{block}.mlp.down"))), linear(4 * w, w));
        // The gelu between is one gate.
        let mlp = figures(row(&summary, &format!("{block}.mlp")));
        assert_eq!(mlp, (8 * w * w, 16 * rows * w * w + 4 * rows * w, 4 * rows * (4 + 4 + 1) * w));
        // Logits have no weights of their own; looking tokens up is no arithmetic.
        assert_eq!(figures(row(&summary, "logits")), (0, 2 * rows * w * v, 4 * rows * v));
        assert_eq!(figures(row(&summary, "tokens")), (v * w, 0, 4 * rows * w));
        let total = summary.total();
        assert_eq!(total.parameters, v * w + 10 * w + 2 * (12 * w * w + 2 * w) + w);
        assert_eq!(total.outputs, [spec(&[n, t, vocabulary], DType::F32)]);
        let blocks = figures(row(&summary, "transformer.layers.0"));
        assert_eq!(blocks, figures(row(&summary, block)));
        // Tokens, positions added, transformer, logits.
        let stages =
            ["tokens", "positions", "transformer", "logits"].map(|path| figures(row(&summary, path)));
        assert_eq!(total.flops, stages.iter().map(|s| s.1).sum::<u64>() + rows * w);
        assert!(summary.to_string().contains("\n      query  "), "{summary}");
    }

    #[test]
    fn loops_count_all_their_turns_and_parts_used_twice_have_one_row() {
        let net = CharLstm::new(CharLstmOptions { vocabulary: 7, width: 2, hidden: 3 }, DType::F32, &rng())
            .unwrap();
        let weights = net.map(&mut |t: &Tensor| t.spec());
        let x = spec(&[1, 5], DType::I64);
        let program = trace(
            |net: CharLstm<Wire>, x: Wire, y: Wire| {
                stage("reader", || net.forward(x)) - stage("reader", || net.forward(y))
            },
            &(weights.clone(), x, x),
        )
        .unwrap();
        let summary = summary(program.circuit(), &weights);
        let paths: Vec<&str> = summary.rows.iter().map(|row| row.path.as_str()).collect();
        assert_eq!(paths, ["", "reader", "reader.embedding", "reader.lstm", "reader.output"]);
        // A turn: 12 gates of 3 states and a bias, added to what is given; 4 sigmoids and tanhs for 3, c, tanh c, h.
        let turn = 2 * 12 * 3 + 12 + 12 + 12 + (3 + 1 + 1) * 3;
        let given = 2 * 5 * 12 * 2 + 5 * 12;
        // And one 0 of the right dtype to start from.
        assert_eq!(row(&summary, "reader.lstm").flops, 2 * (5 * turn + given + 1));
        assert_eq!(summary.total().parameters, 7 * 2 + 12 * (2 + 3 + 2) + 7 * 3 + 7);
        let json = summary.json();
        assert_eq!(json[0]["parameters"], json!(126));
        assert_eq!(json[0]["outputs"], json!(["f32[1, 5, 7]"]));
    }
}
