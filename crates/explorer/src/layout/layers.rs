//! Which layer everything is in, and the wires cut into links between neighbouring layers.

use super::{Graph, Link, Pin, Rows, Slot, What};

/// The slots of all layers in program order, and what links them.
pub fn rows(graph: &Graph) -> Rows {
    let layer = assign(graph);
    let count = layer.iter().max().map_or(0, |last| last + 1);
    let mut rows = Rows { slots: vec![Vec::new(); count], links: vec![Vec::new(); count.saturating_sub(1)] };
    let mut slot_of = vec![0; graph.nodes.len()];
    for (index, node) in graph.nodes.iter().enumerate() {
        slot_of[index] = rows.slots[layer[index]].len();
        rows.slots[layer[index]].push(Slot::of_node(index, node, graph.metrics.gap));
    }
    let mut passing: Vec<usize> = Vec::new();
    for (number, net) in graph.nets.iter().enumerate() {
        let (source, out) = net.from;
        let node = &graph.nodes[source];
        let last = net.to.iter().map(|(to, _)| layer[*to]).max().unwrap_or(0);
        // Its slot in each layer from that of its source on.
        passing.clear();
        passing.push(slot_of[source]);
        for slots in rows.slots.iter_mut().take(last).skip(layer[source] + 1) {
            passing.push(slots.len());
            slots.push(Slot::of_pass(number, graph.metrics.beside));
        }
        for at in layer[source]..last {
            let from = passing[at - layer[source]];
            let slot = &rows.slots[at][from];
            let out = slot.inset + if at == layer[source] { node.outs[out].at } else { 0.0 };
            if let Some(&to) = passing.get(at + 1 - layer[source]) {
                let into = rows.slots[at + 1][to].inset;
                rows.links[at].push(Link { net: number, from, out, to, into, end: None });
            }
            for (end, &(target, port)) in net.to.iter().enumerate().filter(|(_, (t, _))| layer[*t] == at + 1)
            {
                let to = slot_of[target];
                let into = rows.slots[at + 1][to].inset + graph.nodes[target].ins[port];
                rows.links[at].push(Link { net: number, from, out, to, into, end: Some(end) });
            }
        }
    }
    rows
}

/// As far forward as can be; then sources, and what hangs on them alone, as late as their first use allows.
fn assign(graph: &Graph) -> Vec<usize> {
    let count = graph.nodes.len();
    let mut read: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut readers: Vec<Vec<usize>> = vec![Vec::new(); count];
    for net in &graph.nets {
        for &(to, _) in &net.to {
            read[to].push(net.from.0);
            readers[net.from.0].push(to);
        }
    }
    let mut layer = vec![0usize; count];
    for index in 0..count {
        layer[index] = read[index].iter().map(|&s| layer[s] + 1).max().unwrap_or(0);
    }
    let last = layer.iter().copied().max().unwrap_or(0);
    for (index, node) in graph.nodes.iter().enumerate() {
        if node.pin == Pin::Last {
            layer[index] = last;
        }
    }
    let is_free = |i: usize| graph.nodes[i].pin == Pin::Source && readers[i].len() == 1;
    for index in (0..count).rev() {
        let first_use = readers[index].iter().map(|&t| layer[t]).min();
        let moves = match graph.nodes[index].pin {
            Pin::Source => true,
            Pin::Free => !read[index].is_empty() && read[index].iter().all(|&s| is_free(s)),
            Pin::First | Pin::Last => false,
        };
        if let Some(first_use) = first_use.filter(|_| moves) {
            layer[index] = layer[index].max(first_use - 1);
        }
    }
    layer
}

impl Rows {
    /// Sorts a layer by keys, and keeps the links right. Says whether anything has moved.
    pub(super) fn sort(&mut self, at: usize, keys: &[f64]) -> bool {
        if keys.is_sorted() {
            return false;
        }
        let mut order: Vec<usize> = (0..keys.len()).collect();
        // By numbers where keys are alike, which a stable sort would do with memory of its own.
        order.sort_unstable_by(|&a, &b| keys[a].total_cmp(&keys[b]).then(a.cmp(&b)));
        self.permute(at, &order);
        true
    }

    /// Puts the slots of a layer in this order of their present numbers.
    pub(super) fn permute(&mut self, at: usize, order: &[usize]) {
        let mut place = vec![0; order.len()];
        order.iter().enumerate().for_each(|(new, &old)| place[old] = new);
        self.slots[at] = order.iter().map(|&old| self.slots[at][old]).collect();
        if let Some(links) = self.links.get_mut(at) {
            links.iter_mut().for_each(|link| link.from = place[link.from]);
        }
        if let Some(links) = at.checked_sub(1).and_then(|at| self.links.get_mut(at)) {
            links.iter_mut().for_each(|link| link.to = place[link.to]);
        }
    }

    /// What identifies the slots of a layer, whatever their order.
    pub(super) fn names(&self, at: usize) -> Vec<What> {
        self.slots[at].iter().map(|slot| slot.what).collect()
    }
}
