//! Which network.

use std::path::PathBuf;

/// The network.
#[derive(clap::Args)]
pub struct NetworkArgs {
    /// Widths of the hidden layers, divided by commas; `none` for no hidden layer [default: 256,128; by task]
    #[arg(long, value_name = "WIDTHS", value_parser = layers)]
    pub layers: Option<Layers>,

    /// Channels of convolutions before the layers, divided by commas, each with a pool that halves the image; for images alone
    #[arg(long, value_name = "CHANNELS", value_delimiter = ',', value_parser = channels)]
    pub channels: Vec<usize>,

    /// A network as a formula: it takes x and y (or columns by name), has parameters, and binds logits and loss
    #[arg(long, value_name = "FILE", conflicts_with_all = ["layers", "channels"])]
    pub model: Option<PathBuf>,

    /// Which network reads a text [default: gpt for a text, mlp for lines]
    #[arg(long, value_enum, conflicts_with_all = ["layers", "channels", "model"])]
    pub network: Option<Reader>,

    /// Of a network that reads text: how many blocks a GPT has [default: 4]
    #[arg(long, value_name = "NUMBER")]
    pub depth: Option<usize>,

    /// Of a network that reads text: numbers a character [default: 128; 64 for lines, 10 for an MLP]
    #[arg(long, value_name = "NUMBER")]
    pub width: Option<usize>,

    /// Of a network that reads text: numbers of the hidden layer or of the state [default: 200; 256 for an LSTM]
    #[arg(long, value_name = "NUMBER")]
    pub hidden: Option<usize>,

    /// Of a GPT: heads of attention [default: 4]
    #[arg(long, value_name = "NUMBER")]
    pub heads: Option<usize>,

    /// Of a GPT: how much is dropped while training [default: 0]
    #[arg(long, value_name = "SHARE")]
    pub dropout: Option<f64>,
}

/// Networks that read text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Reader {
    /// A transformer
    Gpt,
    /// A recurrent network
    Lstm,
    /// The last few characters through one hidden layer; for lines
    Mlp,
}

/// Widths of hidden layers.
#[derive(Clone, Debug, PartialEq)]
pub struct Layers(pub Vec<usize>);

fn layers(text: &str) -> Result<Layers, String> {
    if text == "none" {
        return Ok(Layers(Vec::new()));
    }
    let width = |part: &str| size(part, "a layer of width 0 lets nothing through", "width");
    text.split(',').map(width).collect::<Result<_, _>>().map(Layers)
}

fn channels(text: &str) -> Result<usize, String> {
    size(text, "a convolution without channels lets nothing through", "number of channels")
}

fn size(text: &str, zero: &str, what: &str) -> Result<usize, String> {
    match text.trim().parse::<usize>() {
        Ok(0) => Err(zero.to_string()),
        Ok(size) => Ok(size),
        Err(_) => {
            Err(format!("{:?} is no {what}; write whole numbers divided by commas, as in 64,32", text.trim()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_read() {
        assert_eq!(layers("64,32"), Ok(Layers(vec![64, 32])));
        assert_eq!(layers("64, 32"), Ok(Layers(vec![64, 32])));
        assert_eq!(layers("none"), Ok(Layers(vec![])));
        assert!(layers("64,").is_err() && layers("0").is_err() && layers("a").is_err());
    }
}
