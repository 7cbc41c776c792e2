//! What to train on.

use chainrule_nn::data::Missing;
use std::path::PathBuf;
use std::str::FromStr;

/// Which data, and what is held out.
#[derive(clap::Args)]
pub struct What {
    /// What to train on: digits, fashion-mnist, csv, arrays, images, text, lines, moons, spiral, or a formula (FILE.cr)
    #[arg(value_name = "TASK", default_value = "digits")]
    pub task: Task,

    /// The file or folder of the task; after a formula: its data, another task or a CSV file
    #[arg(value_name = "SOURCE")]
    pub source: Option<PathBuf>,

    /// The same as `csv FILE`; with a formula: its data
    #[arg(long, value_name = "FILE", conflicts_with = "source")]
    pub data: Option<PathBuf>,

    /// Of a table, the column of classes: its name, or its position from 0 (negative: from the end)
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true)]
    pub label: Option<String>,

    /// Of a table, columns of numbers to predict instead of a class
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', conflicts_with = "label")]
    pub target: Vec<String>,

    /// Of a table, columns of numbers that are categories; columns of text are anyway
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub categorical: Vec<String>,

    /// Of a table, columns to leave out
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub ignore: Vec<String>,

    /// Of a table, what becomes of missing values
    #[arg(long, value_enum)]
    pub missing: Option<Gaps>,

    /// The folder of fashion-mnist's four files [default: where Debian's package puts them]
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["data", "source"])]
    pub folder: Option<PathBuf>,

    /// Height and width to bring images of a folder to, as in 32,32
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub resize: Option<(usize, usize)>,

    /// Take images of a folder as grey ones
    #[arg(long)]
    pub grey: bool,

    /// Of a text, how many characters are read at once; of lines for an MLP, how many before the next [default: 64, 3]
    #[arg(long, value_name = "NUMBER")]
    pub context: Option<usize>,

    /// How many points moons have, or each arm of the spiral
    #[arg(long, value_name = "NUMBER")]
    pub points: Option<usize>,

    /// How far points of moons and spiral are off [default: 0.1, 0.2]
    #[arg(long, value_name = "NUMBER")]
    pub noise: Option<f64>,

    /// The share of the examples of each class that is held out, or of lines, or of the end of a text [default: 0.2, 0.1]
    #[arg(long, value_name = "SHARE")]
    pub test_share: Option<f64>,

    /// The share of what is learnt from that the network is tried on while it learns; the best weights are kept
    #[arg(long, value_name = "SHARE")]
    pub validation: Option<f64>,
}

/// What there is to train on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// 1,797 hand-written digits of 8 by 8 pixels, embedded.
    Digits,
    /// 60,000 images of clothes of 28 by 28 pixels, and 10,000 to test with.
    FashionMnist,
    /// A table.
    Csv,
    /// Arrays `x` and `y` of a file of NumPy.
    Arrays,
    /// A folder of images, one folder for each class.
    Images,
    /// A text, character by character.
    Text,
    /// Lines, each an example, character by character.
    Lines,
    /// Two half circles.
    Moons,
    /// A spiral of three arms.
    Spiral,
    /// A formula, on some other data.
    Formula(PathBuf),
}

/// All tasks but formulas, as they are written.
pub const TASKS: [(&str, Task); 9] = [
    ("digits", Task::Digits),
    ("fashion-mnist", Task::FashionMnist),
    ("csv", Task::Csv),
    ("arrays", Task::Arrays),
    ("images", Task::Images),
    ("text", Task::Text),
    ("lines", Task::Lines),
    ("moons", Task::Moons),
    ("spiral", Task::Spiral),
];

impl FromStr for Task {
    type Err = String;

    fn from_str(text: &str) -> Result<Task, String> {
        if let Some((_, task)) = TASKS.iter().find(|(name, _)| *name == text) {
            return Ok(task.clone());
        }
        if text.ends_with(".cr") {
            return Ok(Task::Formula(PathBuf::from(text)));
        }
        let names = TASKS.map(|(name, _)| name);
        let near = chainrule::formula::nearest(text, names);
        let hint = near.map_or(format!("tasks are {}, or FILE.cr", names.join(", ")), |name| {
            format!("did you mean {name}?")
        });
        Err(format!("there is no such task; {hint}"))
    }
}

/// What becomes of missing values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Gaps {
    /// They are named, and the table is refused; the default
    Refuse,
    /// They become the mean of the rows that are learnt from
    Mean,
    /// Their rows are left out
    Drop,
}

impl From<Gaps> for Missing {
    fn from(gaps: Gaps) -> Missing {
        match gaps {
            Gaps::Refuse => Missing::Refuse,
            Gaps::Mean => Missing::Mean,
            Gaps::Drop => Missing::Drop,
        }
    }
}

fn size(text: &str) -> Result<(usize, usize), String> {
    let number = |text: &str| text.trim().parse::<usize>().ok().filter(|&n| n > 0);
    let sides = text.split_once(',').and_then(|(height, width)| number(height).zip(number(width)));
    sides.ok_or_else(|| format!("{text:?} is no size; write height and width, as in 32,32"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_and_sizes_are_read() {
        assert_eq!("moons".parse(), Ok(Task::Moons));
        assert_eq!("a/b.cr".parse(), Ok(Task::Formula(PathBuf::from("a/b.cr"))));
        assert_eq!("mons".parse::<Task>().unwrap_err(), "there is no such task; did you mean moons?");
        assert_eq!(size("28, 32"), Ok((28, 32)));
        assert!(size("28").is_err() && size("0,1").is_err());
    }
}
