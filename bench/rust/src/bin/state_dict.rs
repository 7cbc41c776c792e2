//! Our side of bench/state_dict.py. In a folder it reads `theirs.safetensors`, a state dict of PyTorch, and `inputs.safetensors`; it
//! writes the state dict again as `ours.safetensors` with what the networks compute in `ours-outputs.safetensors`, and the same for
//! networks that are random here: `fresh.safetensors` and `fresh-outputs.safetensors`.

use chainrule::prelude::*;
use chainrule_nn::init::Fan;
use chainrule_nn::layers::{
    BatchResidual, CharLstm, CharLstmOptions, Gpt, GptOptions, Running, Sight, Transformer,
    TransformerOptions,
};
use chainrule_nn::parameters::Parameters;
use chainrule_nn::rng::{Purpose, Rng};
use chainrule_nn::torch::{self, Names, StateDict};
use chainrule_nn::{Error, Result, atomic, weights};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Tree, Clone)]
struct Nets<T> {
    gpt: Gpt<T>,
    encoder: Transformer<T>,
    block: (BatchResidual<T>, [Running<T>; 2]),
    lstm: CharLstm<T>,
}

impl StateDict for Nets<Tensor> {
    fn describe(&self, names: &mut Names) {
        names.part("gpt", "gpt", &self.gpt);
        names.part("encoder", "encoder", &self.encoder);
        names.part("block", "block", &self.block);
        names.part("lstm", "lstm", &self.lstm);
    }
}

impl Nets<Tensor> {
    /// Of the sizes that bench/state_dict.py has.
    fn new(seed: u64) -> Result<Nets<Tensor>> {
        let (rng, dtype) = (Rng::new(seed, Purpose::Start), DType::F32);
        let gpt = GptOptions { vocabulary: 65, context: 64, layers: 4, width: 128, heads: 4, dropout: 0.0 };
        let encoder = TransformerOptions { layers: 3, width: 64, heads: 4, wide: 256, dropout: 0.1 };
        let lstm = CharLstmOptions { vocabulary: 65, width: 32, hidden: 128 };
        Ok(Nets {
            gpt: Gpt::new(gpt, dtype, &rng.fold(0))?,
            encoder: Transformer::new(encoder, dtype, &rng.fold(1))?,
            block: BatchResidual::new(Fan { inputs: 16, outputs: 32 }, 2, dtype, &rng.fold(2))?,
            lstm: CharLstm::new(lstm, dtype, &rng.fold(3))?,
        })
    }

    /// What they make of tokens, sequences and images.
    fn outputs(&self, inputs: &(Tensor, Tensor, Tensor)) -> Result<Parameters<Tensor>> {
        let specs = (self.map(&mut |t: &Tensor| t.spec()), inputs.map(&mut |t: &Tensor| t.spec()));
        let computed = compile(
            |nets: Nets<Wire>, (tokens, x, images): (Wire, Wire, Wire)| {
                let (block, seen) = &nets.block;
                let logits = [nets.gpt.forward(tokens, None), nets.lstm.forward(tokens)];
                [logits[0], nets.encoder.forward(x, &Sight::ALL), block.predict(images, seen), logits[1]]
            },
            &specs,
        )?;
        let outputs = computed.run((self.clone(), inputs.clone()))?;
        let names = ["gpt", "encoder", "block", "lstm"].map(String::from);
        Ok(Parameters { names: names.to_vec(), values: outputs.to_vec() })
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|why| Error::file(path, "read", &why, "run bench/state_dict.py"))
}

fn run(folder: &Path) -> Result<()> {
    let path = |name: &str| folder.join(format!("{name}.safetensors"));
    let entries = weights::entries(&read(&path("inputs"))?, &path("inputs"))?;
    let input = |name: &str| {
        let found = entries.iter().find(|(n, _)| n == name).map(|(_, tensor)| tensor.clone());
        found.ok_or_else(|| {
            Error::argument("inputs", format!("there are no {name}"), "run bench/state_dict.py")
        })
    };
    let inputs = (input("tokens")?, input("x")?, input("images")?);
    let fresh = Nets::new(7)?;
    let theirs = torch::decode(&read(&path("theirs"))?, &path("theirs"), &fresh)?;
    for (name, nets) in [("ours", &theirs), ("fresh", &fresh)] {
        atomic::write(&path(name), &torch::encode(nets)?)?;
        atomic::write(&path(&format!("{name}-outputs")), &weights::encode(&nets.outputs(&inputs)?, &[])?)?;
    }
    Ok(())
}

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: state_dict FOLDER, as bench/state_dict.py calls it");
        return ExitCode::from(2);
    };
    match run(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
