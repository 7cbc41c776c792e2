//! Text that a saved or trained network makes up.

use crate::failure::{Result, argument};
use crate::given::prepared::vocabulary;
use chainrule_nn::model::AnyModel;
use chainrule_nn::predict::Network;
use chainrule_nn::rng::{Purpose, Rng};
use chainrule_nn::sample::{Manner, sample};
use chainrule_nn::saved::About;

/// What is asked for.
pub struct Asked<'a> {
    /// How many characters, or lines.
    pub count: usize,
    /// How boldly they are drawn.
    pub temperature: f64,
    /// What each text begins with.
    pub prompt: &'a str,
    /// Decides them.
    pub seed: u64,
}

/// The longest line that is made up.
const LINE: usize = 200;

/// One text of so many characters, or so many lines.
///
/// # Errors
/// A network that does not read text; letters that it has never seen; a temperature that is none.
pub fn samples(
    about: &About,
    network: &mut Network<'_, Box<dyn AnyModel>>,
    asked: &Asked<'_>,
) -> Result<Vec<String>> {
    let rng = Rng::new(asked.seed, Purpose::Sample);
    let mut texts = Vec::new();
    if let Some(vocabulary) = vocabulary(about, "text")? {
        // A text begins anywhere; after the end of a line is a good place.
        let start = if asked.prompt.is_empty() { "\n" } else { asked.prompt };
        let start = vocabulary
            .encode(start, "--prompt")
            .or_else(|why| if asked.prompt.is_empty() { Ok(vec![0]) } else { Err(why) })?;
        let manner = Manner { count: asked.count, temperature: asked.temperature, end: None };
        let tokens = sample(network, &about.interface, &start, manner, &mut rng.fold(0))?;
        texts.push(vocabulary.decode(&tokens)?.trim_start_matches('\n').to_string());
    } else if let Some(vocabulary) = vocabulary(about, "lines")? {
        let mut start = vec![0];
        start.extend(vocabulary.encode(asked.prompt, "--prompt")?);
        let manner = Manner { count: LINE, temperature: asked.temperature, end: Some(0) };
        for i in 0..asked.count {
            let tokens = sample(network, &about.interface, &start, manner, &mut rng.fold(i as u64))?;
            let letters: Vec<i64> = tokens.into_iter().filter(|&token| token != 0).collect();
            texts.push(vocabulary.decode(&letters)?);
        }
    } else {
        let hint = "give a network that was trained on a text or on lines";
        return Err(argument("--sample", "this network does not write text", hint).into());
    }
    Ok(texts)
}
