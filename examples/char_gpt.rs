//! A small GPT learns to write as this project does, character by character, from DESIGN.md or a file of your own.
//!
//! Each place of the context guesses the character after it, seeing those before it alone; so one text of 64 characters is 64 lessons. To
//! write, the network's guess for the next character is drawn at random, put behind the text, and so on.
//!
//! cargo run --release -p chainrule-nn --example char_gpt [FILE]    (a minute or so)

use chainrule::prelude::*;
use chainrule_nn::layers::{Gpt, GptOptions};
use chainrule_nn::optimiser::{Clip, Optimiser, Rule, State};
use chainrule_nn::rng::{Purpose, Rng};
use chainrule_nn::{Error, Result};
use std::path::Path;

/// A text as numbers: the place of each character in the alphabet.
struct Text {
    alphabet: Vec<char>,
    tokens: Vec<i64>,
}

impl Text {
    fn new(text: &str) -> Text {
        let mut alphabet: Vec<char> = text.chars().collect();
        alphabet.sort_unstable();
        alphabet.dedup();
        let number = |c: char| alphabet.binary_search(&c).map_or(0, |at| at as i64);
        Text { tokens: text.chars().map(number).collect(), alphabet }
    }

    /// Random stretches of the text `[batch, time]`, and the same one character on.
    fn batch(&self, [rows, time]: [usize; 2], rng: &mut Rng) -> Result<(Tensor, Tensor)> {
        let Some(places) = self.tokens.len().checked_sub(time).filter(|&places| places > 0) else {
            let what =
                format!("{} characters are fewer than the {} of a lesson", self.tokens.len(), time + 1);
            return Err(Error::argument("FILE", what, "give a longer text"));
        };
        let starts: Vec<usize> = (0..rows).map(|_| rng.below(places)).collect();
        let stretch = |on: usize| {
            starts.iter().flat_map(|&at| &self.tokens[at + on..at + on + time]).copied().collect()
        };
        let (x, y): (Vec<i64>, Vec<i64>) = (stretch(0), stretch(1));
        Ok((Tensor::new(x, &[rows, time])?, Tensor::new(y, &[rows, time])?))
    }
}

/// Trains for so many steps; gives the weights and the loss of each step.
fn train(text: &Text, options: GptOptions, steps: usize) -> Result<(Gpt<Tensor>, Vec<f64>)> {
    let size = [12, options.context];
    let optimiser = Optimiser { clip: Clip::Norm(1.0), ..Optimiser::new(Rule::ADAM).shrinking(0.1) };
    let net = Gpt::new(options, DType::F32, &Rng::new(0, Purpose::Start))?;
    let mut state = optimiser.start::<Gpt<Wire>>(net);
    let mut rng = Rng::new(0, Purpose::Shuffle);
    let data = |rng: &mut Rng, step: i64| -> Result<_> { Ok((text.batch(size, rng)?, Tensor::from(step))) };
    let specs = (state.clone(), data(&mut rng, 0)?).map(&mut |t: &Tensor| t.spec());
    let step = compile(
        // The number of the step is the key of its dropout: random, and the same in every run.
        |state: State<Gpt<Wire>>, ((x, y), number): ((Wire, Wire), Wire)| {
            let loss = state.0.forward(x, Some(number)).cross_entropy(y).mean();
            let slopes = loss.gradient(&state.0);
            (loss, optimiser.update(state, &slopes, constant(2e-3)))
        },
        &specs,
    )?;
    let (mut loss, mut losses) = (Tensor::scalar(0f32), Vec::new());
    for number in 0..steps {
        step.step(&mut state, &data(&mut rng, number as i64)?, &mut loss)?;
        losses.push(loss.item()?);
    }
    Ok((state.0, losses))
}

/// Writes so many characters after a beginning.
fn write(text: &Text, net: &Gpt<Tensor>, context: usize, beginning: &str, length: usize) -> Result<String> {
    let mut rng = Rng::new(1, Purpose::Shuffle);
    let window = Tensor::new(vec![0i64; context], &[1, context])?;
    let specs = (net.clone(), window, Tensor::from(0i64)).map(&mut |t: &Tensor| t.spec());
    // The share of each character in the guess at one place.
    let guess =
        |net: Gpt<Wire>, x: Wire, place: Wire| net.forward(x, None).at(0, 0).take(place, 0).softmax(-1);
    let guess = compile(guess, &specs)?;
    let known = beginning.chars().filter_map(|c| text.alphabet.binary_search(&c).ok());
    let mut tokens: Vec<i64> = known.map(|at| at as i64).collect();
    for _ in 0..length {
        // No place sees those after it, so that anything may stand there: zeros fill up the window.
        let seen = &tokens[tokens.len().saturating_sub(context)..];
        let place = seen.len().saturating_sub(1) as i64;
        let mut window = seen.to_vec();
        window.resize(context, 0);
        let shares = guess.run((net.clone(), Tensor::new(window, &[1, context])?, place.into()))?;
        let mut left = rng.uniform();
        let drawn = shares.to_f64().iter().position(|share| {
            left -= share;
            left < 0.0
        });
        tokens.push(drawn.unwrap_or(0) as i64);
    }
    Ok(tokens.iter().map(|&t| text.alphabet[t as usize]).collect())
}

fn main() -> Result<()> {
    let text = match std::env::args().nth(1) {
        Some(file) => std::fs::read_to_string(&file)
            .map_err(|why| Error::file(Path::new(&file), "read", &why, "give a text file"))?,
        None => include_str!("../DESIGN.md").to_string(),
    };
    let text = Text::new(&text);
    let vocabulary = text.alphabet.len();
    let options = GptOptions { vocabulary, context: 64, layers: 3, width: 96, heads: 4, dropout: 0.1 };
    let (net, losses) = train(&text, options, 1500)?;
    for (i, part) in losses.chunks(250).enumerate() {
        println!("step {:>4}  loss {:.3}", 250 * i, part.iter().sum::<f64>() / part.len() as f64);
    }
    println!("\n{}", write(&text, &net, options.context, "The ", 400)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_learns_to_count() {
        let text = Text::new(&"0123456789 ".repeat(40));
        let options =
            GptOptions { vocabulary: 11, context: 16, layers: 1, width: 32, heads: 2, dropout: 0.0 };
        let (net, losses) = train(&text, options, 250).unwrap();
        assert!((losses[0] - 11f64.ln()).abs() < 0.2, "{}", losses[0]);
        assert!(losses[249] < 0.1, "{}", losses[249]);
        assert!(text.batch([1, 440], &mut Rng::new(0, Purpose::Shuffle)).is_err());
        assert_eq!(write(&text, &net, 16, "234", 10).unwrap(), "23456789 0123");
    }
}
