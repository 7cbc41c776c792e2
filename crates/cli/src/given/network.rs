//! Networks from files, and data for them.

use super::prepared::{schema, vocabulary};
use crate::failure::{Result, argument, content};
use chainrule_nn::architecture::Interface;
use chainrule_nn::data::{
    self, Characters, Dataset, Examples, Goal, Image, Lines, Part, Table, Targets, load_image, npy, read_text,
};
use chainrule_nn::saved::Saved;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Opens a file of weights.
///
/// # Errors
/// It can't be read, or holds no network.
pub fn open(path: &Path) -> Result<Saved> {
    Ok(Saved::decode(&crate::failure::read(path)?, path)?)
}

/// Examples without targets, and what each is called.
pub struct Unlabelled {
    /// What each is called: its line, its number or its file.
    pub names: Vec<String>,
    /// The examples, with targets of zeros.
    pub examples: Dataset,
}

/// What a network can predict: a table, arrays, or images.
///
/// # Errors
/// Files that can't be read, or don't hold what the network reads.
pub fn unlabelled(saved: &Saved, files: &[PathBuf]) -> Result<Unlabelled> {
    let interface = &saved.about.interface;
    if interface.tokens {
        let hint = "ask for text with --sample NUMBER and --prompt TEXT";
        return Err(argument("DATA", "this network reads text", hint).into());
    }
    match (files, interface.image) {
        ([], _) => Err(argument("DATA", "there is nothing to predict", "name a file").into()),
        (files, Some(image)) if files.iter().all(|file| ends(file, &["png", "jpg", "jpeg"])) => {
            pictures(interface, image, files)
        }
        ([file], _) if ends(file, &["npy", "npz"]) => array(interface, file),
        ([file], _) => table(saved, file),
        _ => Err(argument("DATA", "several files must all be images", "give one file at a time").into()),
    }
}

fn ends(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| endings.contains(&&ending[..]))
}

/// Features as examples whose targets nobody looks at.
fn examples(interface: &Interface, features: Vec<f32>, rows: usize) -> Dataset {
    let names = interface.goal.names().to_vec();
    let targets = match interface.goal {
        Goal::Numbers(_) => Targets::Numbers { values: vec![0.0; rows * names.len()], names },
        _ => Targets::Classes { names, labels: vec![0; rows] },
    };
    Dataset { columns: interface.columns.clone(), features, targets, image: interface.image }
}

fn pictures(interface: &Interface, image: Image, files: &[PathBuf]) -> Result<Unlabelled> {
    let width = image.channels * image.height * image.width;
    let mut features = vec![0.0; files.len() * width];
    for (file, to) in files.iter().zip(features.chunks_exact_mut(width)) {
        load_image(file, image, false, to)?;
    }
    let names = files.iter().map(|file| file.display().to_string()).collect();
    Ok(Unlabelled { names, examples: examples(interface, features, files.len()) })
}

fn array(interface: &Interface, file: &Path) -> Result<Unlabelled> {
    let array = if ends(file, &["npz"]) {
        let arrays = npy::read_npz(file)?;
        let found = arrays.into_iter().find(|(name, _)| name == "x").map(|(_, array)| array);
        found.ok_or_else(|| content(file, "has no array x", "save the features as x"))?
    } else {
        npy::read(file)?
    };
    let dims = array.shape().dims();
    let rows = dims.first().copied().unwrap_or(1);
    let (width, wanted) =
        (array.shape().elements() / rows.max(1), interface.inputs.iter().product::<usize>());
    if width != wanted {
        let what = format!("holds {width} numbers an example, but the network reads {wanted}");
        return Err(content(file, what, "give what it was trained on").into());
    }
    let features = array.to_f64().into_iter().map(|number| number as f32).collect();
    Ok(Unlabelled {
        names: (0..rows).map(|row| row.to_string()).collect(),
        examples: examples(interface, features, rows),
    })
}

fn table(saved: &Saved, file: &Path) -> Result<Unlabelled> {
    let schema = schema(&saved.about, file)?;
    let features = Table::read(file)?.features(&schema)?;
    Ok(Unlabelled {
        names: features.lines.iter().map(u64::to_string).collect(),
        examples: examples(&saved.about.interface, features.values, features.lines.len()),
    })
}

/// Examples with targets, to measure the network with: the kind of data that it was trained on.
///
/// # Errors
/// Files that can't be read, or hold other data.
pub fn labelled(saved: &Saved, file: &Path) -> Result<Arc<dyn Examples>> {
    let interface = &saved.about.interface;
    let vocabulary = |name: &str| vocabulary(&saved.about, name);
    let found: Arc<dyn Examples> = if let Some(vocabulary) = vocabulary("text")? {
        let text = Characters::new(&read_text(file)?, &vocabulary, interface.context())?;
        // Windows that don't overlap, so that each letter counts once.
        let rows = (0..text.rows()).step_by(interface.context().max(1)).collect();
        Arc::new(Part::new(Arc::new(text), rows))
    } else if let Some(vocabulary) = vocabulary("lines")? {
        let lines = Lines::read_by(&read_text(file)?, file, &vocabulary)?;
        match interface.goal {
            Goal::Tokens(_) => Arc::new(lines.whole_to(interface.context())?),
            _ => Arc::new(lines.contexts(interface.context())?),
        }
    } else if file == Path::new("fashion-mnist") {
        Arc::new(data::fashion_mnist(Path::new(data::idx::FASHION_MNIST))?.1)
    } else if file.is_dir() {
        let colour = match interface.image {
            Some(Image { channels: 1, .. }) => data::Colour::Grey,
            _ => data::Colour::Colour,
        };
        let resize = interface.image.map(|image| (image.height, image.width));
        Arc::new(data::ImageFolder::open(file, data::ImageOptions { colour, resize })?)
    } else if ends(file, &["npz"]) {
        Arc::new(data::arrays::from_npz(file, "x", "y")?)
    } else {
        let schema = schema(&saved.about, file)?;
        Arc::new(Table::read(file)?.examples(&schema)?)
    };
    let read = Interface::of(&*found);
    if (&read.inputs, read.tokens, &read.goal) != (&interface.inputs, interface.tokens, &interface.goal) {
        let what = "holds other features or classes than those that the network was trained on";
        return Err(content(file, what, "give data of the same kind").into());
    }
    Ok(found)
}
