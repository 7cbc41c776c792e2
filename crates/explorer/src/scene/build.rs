//! A scene from a circuit: reads it, lays it out, and says everything that is to be drawn.

use super::card::Facts;
use super::measure::{self, BESIDE, Laid, Strand, Style};
use super::tree::{Item, Reading, count};
use super::words::wire_name;
use super::{
    Block, Direction, Kind, Line, MAP_CELLS, MOST, Maps, Pass, Piece, Place, Port, Quantity, Refused, Scene,
    Step, View, WITH_NUMBERS, heat,
};
use super::{added, open, pieces};
use chainrule::{Circuit, Flow};

/// Around everything.
const MARGIN: f64 = 16.0;

/// What a circuit looks like, with its numbers if a flow through it is given.
///
/// ```
/// use chainrule::prelude::*;
/// use chainrule_explorer::scene::{View, scene};
/// let spec = Spec::scalar(DType::F64);
/// let program = trace(|x: Wire, y: Wire, z: Wire| (x + y) * z, &(spec, spec, spec))?;
/// let flow = program.flow(&((-2.0).into(), 5.0.into(), (-4.0).into()), &1.0.into())?;
/// let scene = scene(program.circuit(), Some(&flow), &View::default()).unwrap();
/// let times = scene.blocks.iter().find(|b| b.label == "×").unwrap();
/// assert_eq!(times.card.numbers, "3 × −4 = −12");
/// // multiply swaps: what goes back to z is x + y
/// assert_eq!(times.card.rows[1].back.as_ref().unwrap().raw, [3.0]);
/// # Ok::<(), Diagnostic>(())
/// ```
///
/// # Errors
/// Too many boxes, a name that nothing has, a flow of another circuit.
pub fn scene(circuit: &Circuit, flow: Option<&Flow>, view: &View) -> Result<Scene, Refused> {
    scene_beside(circuit, flow, None, view)
}

/// The same with the numbers of another point written behind those that differ: `0.73 | 0.5`.
///
/// # Errors
/// As [`scene`].
pub fn scene_beside(
    circuit: &Circuit,
    flow: Option<&Flow>,
    other: Option<&Flow>,
    view: &View,
) -> Result<Scene, Refused> {
    let is_foreign = |f: &Flow| f.wires.len() != circuit.len() || f.stages.len() != circuit.stages.len();
    if flow.is_some_and(is_foreign) || other.is_some_and(is_foreign) {
        return Err(Refused::Foreign);
    }
    let shaped = added::shape(circuit, view);
    let paths = shaped.circuit.stage_paths();
    let stages = open::resolve(&shaped, &paths, view)?;
    let reading = Reading::new(&shaped.circuit, &shaped.ids, view, stages);
    let items = reading.items();
    let (boxes, most) = (count(&items), if view.most == 0 { MOST } else { view.most });
    if boxes > most {
        let coarser = open::coarser(&reading, view, most).map(Box::new);
        return Err(Refused::Crowded { boxes, most, coarser });
    }
    let is_readable = boxes <= WITH_NUMBERS;
    let (flow, other) = (flow.filter(|_| is_readable), other.filter(|_| is_readable));
    let facts = Facts { reading: &reading, flow, other };
    let direction = if view.cells { Direction::Lr } else { view.direction };
    let style = Style { direction, labels: boxes <= WITH_NUMBERS, cells: view.cells, maps: view.maps };
    let laid = measure::level(&facts, &style, &items, None);
    let mut maker = Maker {
        facts: &facts,
        style: &style,
        paths: &paths,
        blocks: Vec::new(),
        wires: Vec::new(),
        shown: Vec::new(),
    };
    maker.emit(&laid, (0.0, 0.0), None);
    let Maker { mut blocks, wires, shown, .. } = maker;
    let steps = number(&facts, &mut blocks, &shown);
    let entries = open::entries(&reading, &paths, &blocks);
    let (main, cross) = laid.placed.size;
    let margin = if view.cells { 0.0 } else { MARGIN };
    let size = if direction == Direction::Lr { (main, cross) } else { (cross, main) };
    let crossings = crossings(&wires);
    let mut scene = Scene {
        version: 1,
        direction,
        left: -margin,
        top: -margin,
        width: size.0 + 2.0 * margin,
        height: size.1 + 2.0 * margin,
        numbers: facts.flow.is_some(),
        blocks,
        wires,
        stages: entries,
        steps,
        crossings,
    };
    let kept = view.keep.as_ref();
    let by = kept.and_then(|(id, x, y)| {
        let block = scene.blocks.iter().find(|b| b.id == *id)?;
        Some((x - block.x, y - block.y))
    });
    by.into_iter().for_each(|by| scene.shift(by));
    Ok(scene)
}

struct Maker<'a, 'i> {
    facts: &'a Facts<'a>,
    style: &'a Style,
    paths: &'a [String],
    blocks: Vec<Block>,
    wires: Vec<Line>,
    /// The item of each block.
    shown: Vec<&'i Item>,
}

impl<'i> Maker<'_, 'i> {
    /// Says everything of one level, whose (0, 0) is at `origin` along main and across.
    fn emit(&mut self, laid: &Laid<'i>, origin: (f64, f64), frame: Option<(&str, (f64, f64))>) {
        let frame_id = frame.map(|(id, _)| id.to_string());
        let name = |wire: u32| match &frame_id {
            Some(id) => format!("w{wire}-{id}"),
            None => format!("w{wire}"),
        };
        for (at, item) in laid.items.iter().enumerate() {
            let node = &laid.nodes[laid.entering + at];
            let corner = laid.placed.at[laid.entering + at];
            let corner = (corner.0 + origin.0, corner.1 + origin.1);
            let block = self.block(item, &laid.labels[at], node, corner, &name, &frame_id);
            self.blocks.push(block);
            self.shown.push(item);
            if let Some(inner) = &laid.inner[at] {
                let (lead, _) = measure::lead(self.style, &laid.labels[at].0);
                let inside = (corner.0 + lead.0, corner.1 + lead.1);
                self.emit(inner, inside, Some((&item.id, (corner.0, corner.0 + node.main))));
            }
        }
        for (number, strand) in laid.strands.iter().enumerate() {
            let line = self.line(laid, number, strand, origin, frame, name(strand.wire));
            self.wires.push(line);
        }
    }

    fn xy(&self, (main, cross): (f64, f64)) -> (f64, f64) {
        match self.style.direction {
            Direction::Lr => (main, cross),
            Direction::Tb => (cross, main),
        }
    }

    fn block(
        &self,
        item: &Item,
        (label, detail): &(String, Option<String>),
        node: &crate::layout::Node,
        corner: (f64, f64),
        name: &dyn Fn(u32) -> String,
        frame: &Option<String>,
    ) -> Block {
        let reading = self.facts.reading;
        let port = |main: f64, cross: f64, wire: u32| {
            let (x, y) = self.xy((corner.0 + main, corner.1 + cross));
            Port { x, y, wire: name(wire), name: wire_name(reading, wire) }
        };
        let ins = item.ins.iter().zip(&node.ins).map(|(i, &at)| port(0.0, at, i.wire)).collect();
        let outs = item.outs.iter().zip(&node.outs).map(|(&w, out)| port(node.main, out.at, w)).collect();
        let ((x, y), (w, h)) = (self.xy(corner), self.xy((node.main, node.cross)));
        let wire = item.outs.first().copied();
        let whole = match item.kind {
            Kind::Stage | Kind::Frame => self.paths.get(item.number as usize).cloned(),
            _ => wire.and_then(|w| reading.circuit.names.get(&w).cloned()),
        };
        let is_gate = matches!(item.kind, Kind::Gate | Kind::Input | Kind::Constant);
        // The sum of an open dot product stands among its products.
        let is_open_sum = frame.as_ref().is_some_and(|f| *f == format!("c{}", item.number));
        let reached = || item.outs.iter().any(|&w| self.facts.upstream(w).is_some());
        Block {
            id: item.id.clone(),
            kind: item.kind,
            label: label.clone(),
            detail: detail.clone(),
            name: whole,
            gate: if is_gate {
                reading.circuit.node(item.number).gate.name.to_string()
            } else {
                String::new()
            },
            frame: frame.clone(),
            opens: item.kind == Kind::Stage || (item.way != super::tree::Way::Single && !is_open_sum),
            x,
            y,
            w,
            h,
            ins,
            outs,
            step: None,
            on_gradient_path: self.facts.flow.is_none() || item.kind == Kind::Output || reached(),
            card: self.facts.card(item, label),
            aria: String::new(),
        }
    }

    fn line(
        &self,
        laid: &Laid<'_>,
        number: usize,
        strand: &Strand,
        origin: (f64, f64),
        frame: Option<(&str, (f64, f64))>,
        id: String,
    ) -> Line {
        let last = laid.entering + laid.items.len();
        let block = |node: usize| match node.checked_sub(laid.entering).and_then(|i| laid.items.get(i)) {
            Some(item) => item.id.clone(),
            None => frame.map(|(id, _)| id.to_string()).unwrap_or_default(),
        };
        let wall = frame.map_or((0.0, 0.0), |(_, wall)| wall);
        let ways: Vec<Vec<(f64, f64)>> = laid.placed.ways[number]
            .iter()
            .zip(&strand.to)
            .map(|(way, (to, _))| {
                let mut way: Vec<_> = way.iter().map(|p| (p.0 + origin.0, p.1 + origin.1)).collect();
                // Wires that pass a frame do so at its edge, not where its inside begins.
                if let Some(first) = way.first_mut().filter(|_| strand.from < laid.entering) {
                    first.0 = wall.0;
                }
                if let Some(end) = way.last_mut().filter(|_| *to >= last) {
                    end.0 = wall.1;
                }
                way.into_iter().map(|p| self.xy(p)).collect()
            })
            .collect();
        let (stretches, dots) = pieces::cut(&ways);
        let all = strand.to.len();
        let enters = strand.from < laid.entering;
        let piece = |stretch: pieces::Stretch| self.piece(strand, stretch, enters);
        let whole: Vec<usize> = (0..all).collect();
        let spec = self.facts.reading.circuit.node(strand.wire).spec;
        let begin = ways.first().and_then(|way| way.first().copied()).unwrap_or_default();
        let port = |to: usize, port: usize| if to >= last { to - last } else { port };
        Line {
            id,
            wire: strand.wire,
            name: measure::wire_label_name(self.facts, strand.wire),
            from: block(strand.from),
            to: strand.to.iter().map(|&(to, at)| (block(to), port(to, at))).collect(),
            spec: (spec.shape.rank() > 0).then(|| spec.to_string()),
            value: self.facts.written_value(strand.wire),
            gradient: match enters {
                false => self.facts.written_upstream(strand.wire),
                true => self.flowing(strand, &whole, enters),
            },
            place: strand.label.then_some(match self.style.direction {
                _ if self.style.cells => {
                    Place { x: begin.0 + 1.0, value_y: begin.1 - 1.0, gradient_y: begin.1 + 1.0 }
                }
                Direction::Lr => {
                    Place { x: begin.0 + BESIDE, value_y: begin.1 - 6.0, gradient_y: begin.1 + 15.0 }
                }
                Direction::Tb => {
                    Place { x: begin.0 + BESIDE, value_y: begin.1 + 14.0, gradient_y: begin.1 + 30.0 }
                }
            }),
            pieces: stretches.into_iter().map(piece).collect(),
            dots,
            maps: self.maps(strand),
        }
    }

    /// The small pictures of an array, where there is room for them.
    fn maps(&self, strand: &Strand) -> Option<Maps> {
        let is_drawn = strand.label && measure::has_maps(self.facts, self.style, strand.wire);
        let flow = &self.facts.flow.filter(|_| is_drawn)?.wires[strand.wire as usize];
        let gradient = flow.upstream.as_ref().map(|upstream| heat(upstream, MAP_CELLS));
        Some(Maps { value: heat(&flow.value, MAP_CELLS), gradient })
    }

    /// What flows back along a stretch that serves these ends of a wire.
    fn flowing(&self, strand: &Strand, ends: &[usize], enters: bool) -> Option<Quantity> {
        let uses = |wanted: bool| -> Vec<_> {
            let ends = (0..strand.to.len()).filter(|end| ends.contains(end) == wanted);
            ends.flat_map(|end| strand.uses[end].clone()).collect()
        };
        if !enters && ends.len() == strand.to.len() {
            self.facts.shown_upstream(strand.wire)
        } else if ends.iter().any(|&end| strand.reaches_output[end]) {
            self.facts.rest(strand.wire, &uses(false))
        } else {
            self.facts.passed(&uses(true))
        }
    }

    fn piece(&self, strand: &Strand, (points, ends, is_end): pieces::Stretch, enters: bool) -> Piece {
        let gradient = self.flowing(strand, &ends, enters);
        let place = match (&ends[..], points.last()) {
            (&[end], Some(&(x, y))) if is_end => {
                let shown = strand.branches[end].as_ref();
                shown.map(|quantity| match self.style.direction {
                    Direction::Lr => (x - 11.0 - measure::branch_width(quantity), y + 13.0),
                    Direction::Tb => (x + 6.0, y - 9.0),
                })
            }
            _ => None,
        };
        Piece { points, ends, is_end, gradient, place }
    }
}

/// Numbers the gates in program order, writes the sentences, and gives the steps of both passes.
fn number(facts: &Facts<'_>, blocks: &mut [Block], items: &[&Item]) -> Vec<Step> {
    let is_gate = |b: &Block| matches!(b.kind, Kind::Gate | Kind::Stage);
    let mut gates = 0;
    for block in blocks.iter_mut().filter(|b| is_gate(b)) {
        gates += 1;
        block.step = Some(gates);
    }
    for (block, item) in blocks.iter_mut().zip(items) {
        block.aria = facts.aria(block, item, gates);
    }
    let gates = || blocks.iter().zip(items).filter(|(b, _)| is_gate(b));
    let forward = gates().map(|(block, item)| facts.step(Pass::Forward, block, item));
    let mut steps: Vec<Step> = forward.collect();
    if facts.flow.is_some() {
        let back = gates().filter(|(b, _)| b.on_gradient_path).map(|(b, i)| facts.step(Pass::Backward, b, i));
        steps.extend(back.collect::<Vec<_>>().into_iter().rev());
    }
    steps
}

/// Pairs of stretches of different wires that cross.
fn crossings(wires: &[Line]) -> usize {
    // (where, from, to, wire): level ones by y, upright ones by x.
    let (mut level, mut upright) = (Vec::new(), Vec::new());
    for wire in wires {
        for pair in wire.pieces.iter().flat_map(|p| p.points.windows(2)) {
            let ((x, y), (u, v)) = (pair[0], pair[1]);
            if y == v {
                level.push((y, x.min(u), x.max(u), wire.wire));
            } else {
                upright.push((x, y.min(v), y.max(v), wire.wire));
            }
        }
    }
    level.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut count = 0;
    for &(x, from, to, wire) in &upright {
        let first = level.partition_point(|l| l.0 <= from);
        let here = level[first..].iter().take_while(|l| l.0 < to);
        count += here.filter(|l| l.1 < x && x < l.2 && l.3 != wire).count();
    }
    count
}

impl Scene {
    /// Moves everything.
    fn shift(&mut self, (dx, dy): (f64, f64)) {
        let moved = |p: &mut (f64, f64)| *p = (p.0 + dx, p.1 + dy);
        (self.left, self.top) = (self.left + dx, self.top + dy);
        for block in &mut self.blocks {
            (block.x, block.y) = (block.x + dx, block.y + dy);
            for port in block.ins.iter_mut().chain(&mut block.outs) {
                (port.x, port.y) = (port.x + dx, port.y + dy);
            }
        }
        for wire in &mut self.wires {
            wire.dots.iter_mut().for_each(moved);
            if let Some(place) = &mut wire.place {
                (place.x, place.value_y, place.gradient_y) =
                    (place.x + dx, place.value_y + dy, place.gradient_y + dy);
            }
            for piece in &mut wire.pieces {
                piece.points.iter_mut().for_each(moved);
                piece.place.iter_mut().for_each(moved);
            }
        }
    }
}
