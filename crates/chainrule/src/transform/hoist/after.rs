//! What can be computed after a loop, from values that the loop collects.

use super::super::batch::batch;
use super::{Loop, Pace, bytes, paces, part};
use crate::circuit::{Circuit, Class, Node, Wire, inline_between};
use crate::gates::support::{bodies::repeated, sums};

/// What has to be collected for a value may take so many times its room.
const GROWTH: usize = 4;

/// Records the loop without what can follow it, and that after it. Gives the loop's outputs; poison for those that nobody
/// reads.
pub(super) fn record(mut all: Loop, read: &[bool]) -> Vec<Wire> {
    let states = all.start.len();
    let places: Vec<usize> = (2 * states..read.len()).filter(|&place| read[place]).collect();
    let looked_at = places.iter().filter(|place| **place >= read.len() - all.aside).count();
    let mut collected: Vec<u32> = places.iter().map(|&place| all.body.outputs[place]).collect();
    let aside = collected.split_off(collected.len() - looked_at);
    all.body.outputs.truncate(2 * states);
    all.body.outputs.extend(&collected);
    let plan = Split::of(&all, &collected, &read[states..2 * states]);
    let Results { last, history, stacks } = plan.recorded(&all, &collected, &aside);
    let mut outputs = vec![Wire::POISON; read.len()];
    outputs[..states].copy_from_slice(&last);
    outputs[states..2 * states].copy_from_slice(&history);
    places.into_iter().zip(stacks).for_each(|(place, wire)| outputs[place] = wire);
    outputs
}

/// What a loop gives.
struct Results {
    last: Vec<Wire>,
    history: Vec<Wire>,
    /// Collected values, then those that are looked at alone.
    stacks: Vec<Wire>,
}

/// What stays in a loop and what follows it.
struct Split {
    /// For each state that is a sum over the turns and follows the loop: what is added.
    sums: Vec<Option<u32>>,
    /// Which collected values follow.
    follows: Vec<bool>,
    /// The nodes whose values at each turn are read by what follows.
    border: Vec<u32>,
}

impl Split {
    fn of(all: &Loop, collected: &[u32], history: &[bool]) -> Split {
        let (body, states) = (&all.body, all.start.len());
        let first = all.constants.len();
        let added = sums::added(body, first, states).into_iter().zip(history);
        let sums = added.map(|(sum, read)| sum.filter(|_| !read)).collect();
        let mut split = Split { sums, follows: vec![true; collected.len()], border: Vec::new() };
        let (pace, live) = (paces(all), body.reached());
        // What does not follow is computed inside, and may then be read from there: which may keep others inside.
        loop {
            let inside = split.inside(body, collected);
            let is_product = |(index, node): (u32, Node<'_>)| {
                let is_outside = live[index as usize] && !inside[index as usize];
                is_outside && matches!(node.gate.class, Class::Product)
            };
            if !body.gates().any(is_product) {
                split.sums.fill(None);
                split.follows.fill(false);
                return split;
            }
            let search = Search { body, pace: &pace, inside: &inside, sequences: all.inputs().2 };
            split.border.clear();
            let mut changed = false;
            for added in &mut split.sums {
                let leaves = added.map(|added| sums::leaves(body, added)).unwrap_or_default();
                let found: Option<Vec<Vec<u32>>> =
                    leaves.iter().map(|&leaf| search.border(leaf, collected)).collect();
                match found {
                    Some(found) => split.border.extend(found.concat()),
                    None => (*added, changed) = (None, true),
                }
            }
            for (&node, follows) in collected.iter().zip(&mut split.follows).filter(|(_, f)| **f) {
                match search.border(node, &[]) {
                    Some(found) => split.border.extend(found),
                    None => (*follows, changed) = (false, true),
                }
            }
            if !changed {
                split.border.sort_unstable();
                split.border.dedup();
                return split;
            }
        }
    }

    /// What the loop itself needs: the states that are no such sums, and what does not follow.
    fn inside(&self, body: &Circuit, collected: &[u32]) -> Vec<bool> {
        let next = body.outputs.iter().zip(&self.sums).filter(|(_, sum)| sum.is_none()).map(|(&o, _)| o);
        let stays = collected.iter().zip(&self.follows).filter(|(_, f)| !**f).map(|(&node, _)| node);
        body.reached_from(&next.chain(stays).collect::<Vec<u32>>())
    }

    /// Records all of it. What is looked at `aside` is computed inside, also where it is computed after the loop too.
    fn recorded(&self, all: &Loop, collected: &[u32], aside: &[u32]) -> Results {
        let stay = self.staying(all, aside);
        let stacks: Vec<u32> =
            collected.iter().zip(&self.follows).filter(|(_, f)| !**f).map(|(&n, _)| n).collect();
        let (_, states, sequences) = all.inputs();
        let is_new =
            |node: &u32| !states.contains(node) && !sequences.contains(node) && !stacks.contains(node);
        let new: Vec<u32> = self.border.iter().copied().filter(is_new).collect();
        let mut results = self.reduced(all, &stay, &[&stacks[..], &new, aside].concat()).record();
        let seen = results.split_off(results.len().saturating_sub(aside.len()));
        let (last, rest) = results.split_at(stay.len().min(results.len()));
        let (history, given) = rest.split_at(stay.len().min(rest.len()));
        let value = |node: &u32| {
            let of = |list: &[u32]| list.iter().position(|n| n == node);
            let state = || stay.iter().position(|&i| states[i] == *node).map(|at| history[at]);
            let stacked = || of(&stacks).or_else(|| Some(stacks.len() + of(&new)?)).map(|at| given[at]);
            of(sequences).map(|at| all.sequences[at]).or_else(state).or_else(stacked).unwrap_or(Wire::POISON)
        };
        let border: Vec<Wire> = self.border.iter().map(value).collect();
        let (totals, following) = self.following(all, collected, &border);
        let (mut following, mut stacked) = (following.into_iter(), given.iter().copied());
        let next = |&f: &bool| if f { following.next() } else { stacked.next() }.unwrap_or(Wire::POISON);
        let stacks = self.follows.iter().map(next).chain(seen).collect();
        let of = |list: &[Wire], i: usize| stay.iter().position(|&stays| stays == i).map(|at| list[at]);
        let mut of_totals = totals.into_iter();
        let state = |(i, (sum, &start)): (usize, (&Option<u32>, &Wire))| match sum {
            Some(_) => of_totals.next().map(|total| start + total),
            None => of(last, i),
        };
        let known = |wire: Option<Wire>| wire.unwrap_or(Wire::POISON);
        let of_last = self.sums.iter().zip(&all.start).enumerate().map(state).map(known).collect();
        let past = |(i, sum): (usize, &Option<u32>)| known(of(history, i).filter(|_| sum.is_none()));
        Results { last: of_last, history: self.sums.iter().enumerate().map(past).collect(), stacks }
    }

    /// The states of the loop that is left: those that are no sums, and those that what is looked at needs.
    fn staying(&self, all: &Loop, aside: &[u32]) -> Vec<usize> {
        let (states, next) = (all.inputs().1, &all.body.outputs);
        let mut stays: Vec<bool> = self.sums.iter().map(Option::is_none).collect();
        loop {
            let given = next.iter().zip(&stays).filter(|(_, stays)| **stays).map(|(&output, _)| output);
            let reached = all.body.reached_from(&[aside, &given.collect::<Vec<u32>>()].concat());
            let more: Vec<bool> = states
                .iter()
                .zip(&stays)
                .map(|(&i, &stays)| stays || !aside.is_empty() && reached[i as usize])
                .collect();
            if more == stays {
                return (0..states.len()).filter(|&i| stays[i]).collect();
            }
            stays = more;
        }
    }

    /// The loop that is left.
    fn reduced(&self, all: &Loop, stay: &[usize], stacks: &[u32]) -> Loop {
        let (constants, states, sequences) = all.inputs();
        let staying: Vec<u32> = stay.iter().map(|&i| states[i]).collect();
        let mut body = all.body.clone();
        body.aside = 0;
        body.inputs = [constants, &staying, sequences].concat();
        let next: Vec<u32> = stay.iter().map(|&i| body.outputs[i]).collect();
        body.outputs = [&next[..], &staying, stacks].concat();
        Loop {
            gate: all.gate,
            body,
            constants: all.constants.clone(),
            start: stay.iter().map(|&i| all.start[i]).collect(),
            sequences: all.sequences.clone(),
            length: all.length,
            reverse: all.reverse,
            aside: 0,
        }
    }

    /// Records what follows the loop: the sums over the turns, and the collected values.
    fn following(&self, all: &Loop, collected: &[u32], border: &[Wire]) -> (Vec<Wire>, Vec<Wire>) {
        let body = &all.body;
        let targets = collected.iter().zip(&self.follows).filter(|(_, f)| **f).map(|(&node, _)| node);
        let mut to: Vec<u32> = targets.collect();
        let count = to.len();
        to.extend(self.sums.iter().flatten().flat_map(|&added| sums::leaves(body, added)));
        if to.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let from = [all.inputs().0, &self.border].concat();
        let unchanged = all.constants.iter().map(|&wire| (wire, false));
        let arguments: Vec<(Wire, bool)> = unchanged.chain(border.iter().map(|&wire| (wire, true))).collect();
        let found = batch(&part(body, &from, &to), &arguments);
        let stacked: Vec<Wire> = found.into_iter().map(|(wire, b)| repeated(wire, b, all.length)).collect();
        let mut known = vec![None; body.len()];
        for (&leaf, stacked) in to[count..].iter().zip(&stacked[count..]) {
            known[leaf as usize].get_or_insert_with(|| stacked.sum_axes(&[0]));
        }
        let sums: Vec<u32> = self.sums.iter().flatten().copied().collect();
        let totals = inline_between(body, &known, &sums);
        let totals = sums.iter().map(|&sum| totals[sum as usize].unwrap_or(Wire::POISON)).collect();
        (totals, stacked[..count].to_vec())
    }
}

/// Finds out whether a value can be computed after the loop.
struct Search<'a> {
    body: &'a Circuit,
    pace: &'a [Pace],
    /// What is computed inside in any case.
    inside: &'a [bool],
    sequences: &'a [u32],
}

impl Search<'_> {
    /// The nodes from which a value can be computed after the loop, if there is a product on the way and they don't take
    /// too much room; `free` ones take none.
    fn border(&self, target: u32, free: &[u32]) -> Option<Vec<u32>> {
        let body = self.body;
        if self.inside[target as usize] {
            return None;
        }
        let needed = body.between(self.inside, &[target]);
        let mut outside = vec![false; body.len()];
        let mut border = Vec::new();
        for (index, node) in body.gates() {
            let at = index as usize;
            let is_own = needed[at] && !self.inside[at] && self.pace[at] != Pace::Fixed;
            let inputs = body.inputs_of(index);
            let reads = inputs.iter().any(|&i| outside[i as usize]);
            if !is_own || !(reads || matches!(node.gate.class, Class::Product)) {
                continue;
            }
            if matches!(node.gate.class, Class::Control(_)) {
                return None;
            }
            outside[at] = true;
            border.extend(inputs.iter().filter(|&&i| !outside[i as usize]).filter_map(|&i| self.root(i)));
        }
        border.sort_unstable();
        border.dedup();
        let takes = |&&node: &&u32| !self.sequences.contains(&node) && !free.contains(&node);
        let more: usize = border.iter().filter(takes).map(|&node| self.size(node)).sum();
        (outside[target as usize] && more <= GROWTH * self.size(target)).then_some(border)
    }

    /// What is collected of a value: nothing of one that never changes; of a view that which it shows, unless that is
    /// larger.
    fn root(&self, mut node: u32) -> Option<u32> {
        if self.pace[node as usize] == Pace::Fixed {
            return None;
        }
        while let Class::View(_) = self.body.node(node).gate.class {
            let base = self.body.inputs_of(node)[0];
            if self.size(base) > self.size(node) && !self.sequences.contains(&base) {
                break;
            }
            node = base;
        }
        Some(node)
    }

    fn size(&self, node: u32) -> usize {
        bytes(self.body.node(node).spec)
    }
}
