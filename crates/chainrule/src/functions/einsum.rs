//! Sums of products by letters: one letter an axis.

use super::dot_general::product;
use crate::circuit::{Call, Doc, Fault, FunctionDef, Wire, composed, mistake};
use crate::gates::support::matrices::diagonal;
use std::collections::BTreeMap;

/// See the module.
pub static EINSUM: FunctionDef = FunctionDef {
    name: "einsum",
    doc: Doc {
        summary: "Sums of products by letters, one letter an axis: \"ij,jk->ik\" is a matrix product, \"ii\" a trace, \
                  \"bij->bji\" a transpose. Letters that are not in the result are summed over; without an arrow the \
                  result has the letters that occur once, in order of the alphabet. Values are joined from left to right.",
        formula: "y[result] = sum over the other letters of the product of all values",
        local: "passed back to each value: einsum of upstream with the other values",
        kinks: "",
        source: "numpy.einsum",
    },
    call: Call {
        signature: "letters, values",
        build: |a| einsum(a.text("letters").unwrap_or_default(), &a.wires("values")),
    },
};

/// A value with a letter for each axis.
struct Lettered {
    wire: Wire,
    letters: Vec<char>,
}

/// Sums of products by letters, as in `einsum("ij,jk->ik", &[a, b])`.
///
/// ```
/// use chainrule::{einsum, prelude::*};
/// let spec = Spec::new(&[2, 2], DType::F64).unwrap();
/// let program = trace(|a: Wire, b: Wire| einsum("ij,ij->i", &[a, b]), &(spec, spec))?;
/// let a = Tensor::new(vec![1.0, 2.0, 3.0, 4.0], &[2, 2])?;
/// assert_eq!(program.run((a.clone(), a))?.to_f64(), [5.0, 25.0]);
/// # Ok::<(), Diagnostic>(())
/// ```
#[track_caller]
pub fn einsum(letters: &str, values: &[Wire]) -> Wire {
    if values.iter().any(|w| w.is_poisoned()) {
        return Wire::POISON;
    }
    match parse(letters, values) {
        Err(fault) => mistake("einsum", fault),
        Ok((values, result)) => {
            let given: Vec<Wire> = values.iter().map(|v| v.wire).collect();
            composed("einsum", &given, || contract(values, &result))
        }
    }
}

/// Values with their letters, and the letters of the result.
fn parse(text: &str, values: &[Wire]) -> Result<(Vec<Lettered>, Vec<char>), Fault> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (inputs, result) = plain.split_once("->").map_or((&plain[..], None), |(from, to)| (from, Some(to)));
    let odd = inputs.chars().chain(result.unwrap_or("").chars()).find(|c| !c.is_alphabetic() && *c != ',');
    if let Some(odd) = odd {
        return Err(Fault::new(
            format!("{odd:?} in {text:?}"),
            "write one letter for each axis, as in \"ij,jk->ik\"",
        ));
    }
    let parts: Vec<&str> = inputs.split(',').collect();
    if parts.len() != values.len() {
        let what = format!("{text:?} names {} values, {} are given", parts.len(), values.len());
        return Err(Fault::new(what, "write the letters of each value, with commas between"));
    }
    let mut lengths: BTreeMap<char, (usize, usize)> = BTreeMap::new();
    let mut lettered = Vec::with_capacity(values.len());
    for (part, &wire) in parts.iter().zip(values) {
        let letters: Vec<char> = part.chars().collect();
        let shape = wire.shape();
        if letters.len() != shape.rank() {
            let what = format!("{part:?} for a value of {shape}");
            return Err(Fault::new(what, "write one letter for each axis"));
        }
        for (&letter, length) in letters.iter().zip(shape.iter()) {
            let (first, count) = lengths.entry(letter).or_insert((length, 0));
            *count += 1;
            if *first != length {
                let what = format!("{letter} is {first} long in one place and {length} in another");
                return Err(Fault::new(what, "axes with the same letter must be equally long"));
            }
        }
        lettered.push(Lettered { wire, letters });
    }
    let implied =
        || lengths.iter().filter(|(_, (_, count))| *count == 1).map(|(&letter, _)| letter).collect();
    let result: Vec<char> = result.map_or_else(implied, |r| r.chars().collect());
    for (i, letter) in result.iter().enumerate() {
        if !lengths.contains_key(letter) || result[..i].contains(letter) {
            let what = format!("{letter:?} in the result of {text:?}");
            return Err(Fault::new(what, "letters of the result are letters of the values, each once"));
        }
    }
    Ok((lettered, result))
}

#[track_caller]
fn contract(values: Vec<Lettered>, result: &[char]) -> Wire {
    let mut rest = values.into_iter().map(diagonals);
    let Some(mut joined) = rest.next() else { return Wire::POISON };
    let rest: Vec<Lettered> = rest.collect();
    for (i, next) in rest.iter().enumerate() {
        let later = rest[i + 1..].iter().flat_map(|v| &v.letters);
        let needed: Vec<char> = result.iter().chain(later).copied().collect();
        joined = join(joined, next, &needed);
    }
    let summed = sum_out(&joined, |letter| result.contains(&letter));
    let place = |letter: &char| summed.letters.iter().position(|l| l == letter);
    summed.wire.transpose(&result.iter().filter_map(place).collect::<Vec<_>>())
}

/// A letter that a value has twice picks the diagonal of both axes.
#[track_caller]
fn diagonals(mut value: Lettered) -> Lettered {
    let twice = |letters: &[char]| {
        letters
            .iter()
            .enumerate()
            .find_map(|(i, l)| Some((i, i + 1 + letters[i + 1..].iter().position(|m| m == l)?)))
    };
    while let Some((first, second)) = twice(&value.letters) {
        let letter = value.letters.remove(second);
        value.letters.remove(first);
        value.letters.push(letter);
        let mut order: Vec<usize> =
            (0..=value.letters.len()).filter(|&a| a != first && a != second).collect();
        order.extend([first, second]);
        value.wire = diagonal(value.wire.transpose(&order));
    }
    value
}

/// Sums over the axes whose letters are not needed.
#[track_caller]
fn sum_out(value: &Lettered, needed: impl Fn(char) -> bool) -> Lettered {
    let axes: Vec<usize> = (0..value.letters.len()).filter(|&a| !needed(value.letters[a])).collect();
    let letters = value.letters.iter().copied().filter(|&l| needed(l)).collect();
    Lettered { wire: value.wire.sum_axes(&axes), letters }
}

/// The product of two values; letters that are needed no more are summed over.
#[track_caller]
fn join(a: Lettered, b: &Lettered, needed: &[char]) -> Lettered {
    let a = sum_out(&a, |l| needed.contains(&l) || b.letters.contains(&l));
    let b = sum_out(b, |l| needed.contains(&l) || a.letters.contains(&l));
    let (mut contract, mut batch): (Vec<char>, Vec<char>) = (Vec::new(), Vec::new());
    for &letter in a.letters.iter().filter(|l| b.letters.contains(l)) {
        if needed.contains(&letter) { batch.push(letter) } else { contract.push(letter) }
    }
    let places = |of: &Lettered, letters: &[char]| -> Vec<usize> {
        letters.iter().filter_map(|l| of.letters.iter().position(|m| m == l)).collect()
    };
    let (contract_a, contract_b) = (places(&a, &contract), places(&b, &contract));
    let (batch_a, batch_b) = (places(&a, &batch), places(&b, &batch));
    let wire = product(a.wire, b.wire, [&contract_a, &contract_b], [&batch_a, &batch_b]);
    let free = |of: &Lettered| {
        of.letters.iter().copied().filter(|l| !contract.contains(l) && !batch.contains(l)).collect()
    };
    let (free_a, free_b): (Vec<char>, Vec<char>) = (free(&a), free(&b));
    Lettered { wire, letters: [batch, free_a, free_b].concat() }
}

#[cfg(test)]
mod tests {
    use super::einsum;
    use crate::base::{DType, Spec, Tensor};
    use crate::functions::support::tests::{check_gradient, mistakes, random, run};

    /// The definition: a loop over all letters.
    fn naive(inputs: &[&str], result: &str, values: &[Tensor]) -> Vec<f64> {
        let mut lengths = std::collections::BTreeMap::new();
        for (part, value) in inputs.iter().zip(values) {
            lengths.extend(part.chars().zip(value.shape().iter()));
        }
        let count = |letters: &str| letters.chars().map(|l| lengths[&l]).product::<usize>();
        let all: String = lengths.keys().collect();
        let mut sums = vec![0.0; count(result)];
        for flat in 0..count(&all) {
            let (mut rest, mut at) = (flat, std::collections::BTreeMap::new());
            for letter in all.chars().rev() {
                at.insert(letter, rest % lengths[&letter]);
                rest /= lengths[&letter];
            }
            let place = |letters: &str| letters.chars().fold(0, |flat, l| flat * lengths[&l] + at[&l]);
            let factors = inputs.iter().zip(values).map(|(part, value)| value.to_f64()[place(part)]);
            sums[place(result)] += factors.product::<f64>();
        }
        sums
    }

    #[test]
    fn follows_its_definition() {
        let lengths = |l: char| match l {
            'i' => 2,
            'j' => 3,
            'k' => 4,
            'b' => 2,
            _ => 5,
        };
        let cases = [
            ("ij,jk", "ik"),
            ("ij,jk", "ki"),
            ("bij,bjk", "bik"),
            ("ij", "ji"),
            ("ij", ""),
            ("ij", "j"),
            ("ii", ""),
            ("ii", "i"),
            ("iji", "j"),
            ("ij,ij", "ij"),
            ("ij,ij", ""),
            ("i,j", "ij"),
            ("i,j", ""),
            ("ij,kl", "ik"),
            ("ij,jk,kl", "il"),
            ("bi,bj,bk", "ijk"),
            ("iij,j", "i"),
            (",i", "i"),
            ("ijk,jik", "k"),
            ("bhi,bhj", "hbij"),
            ("i,i,i", "i"),
        ];
        for (from, to) in cases {
            let parts: Vec<&str> = from.split(',').collect();
            let dims = |part: &str| part.chars().map(lengths).collect::<Vec<usize>>();
            let values: Vec<Tensor> =
                parts.iter().enumerate().map(|(i, p)| random(&dims(p), i as u64 + 1)).collect();
            let letters = format!("{from} -> {to}");
            let found = run(|w| vec![einsum(&letters, w)], &values);
            let wanted = naive(&parts, to, &values);
            assert_eq!(found[0].len(), wanted.len(), "{letters}");
            assert!(found[0].iter().zip(&wanted).all(|(a, b)| (a - b).abs() < 1e-13), "{letters}");
            check_gradient(|w| einsum(&letters, w).tanh().sum(), &values);
        }
    }

    #[test]
    fn without_an_arrow() {
        let (a, b) = (random(&[2, 3], 1), random(&[3, 2], 2));
        let found = run(|w| vec![einsum("ij,jk", w) - w[0].matmul(w[1])], &[a, b]);
        assert!(found[0].iter().all(|d| *d == 0.0));
        let found = run(|w| vec![einsum("ba", w) - w[0].t()], &[random(&[2, 3], 1)]);
        assert!(found[0].iter().all(|d| *d == 0.0));
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let specs = [&[2, 3], &[2, 3]].map(|dims| Spec::new(dims, DType::F64).expect("a small shape"));
        let text = |letters: &str| mistakes(|w| einsum(letters, w), &specs);
        assert!(text("ij,jk->ik").contains("j is 3 long in one place and 2 in another"));
        assert!(text("ij->ij").contains("names 1 values, 2 are given"));
        assert!(text("ij,i->j").contains("\"i\" for a value of [2, 3]"));
        assert!(text("ij,ij->k").contains("'k' in the result"));
        assert!(text("ij,ij->ii").contains("'i' in the result"));
        assert!(text("i.,ij->i").contains("'.' in"));
    }
}
