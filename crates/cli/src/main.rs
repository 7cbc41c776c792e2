//! The command `chainrule`: explain, check and train circuits from the command line.

mod commands;
mod config;
mod draw;
mod failure;
mod given;
mod interrupt;
mod json;
mod main_job;
mod output;
mod picture;
mod problem;
mod render;
mod start;
mod text;
mod train;

use clap::Parser;
use failure::{Failure, Result};
use std::process::ExitCode;

/// Backpropagation that shows its work: values flow forward, gradients flow back, gate by gate.
#[derive(Parser)]
#[command(version, after_help = EXAMPLE, max_term_width = 100)]
struct Cli {
    /// None: the main job, a neuron explained and the digits learnt
    #[command(subcommand)]
    command: Option<Command>,
}

const EXAMPLE: &str = "\
Example:
  chainrule explain 'sigmoid(w0*x0 + w1*x1 + w2)' w0=2 x0=-1 w1=-3 x1=-2 w2=-3

Without a command: a neuron with its gradients, then training on hand-written digits.

Exit codes: 0 done, 1 the answer is no, 2 arguments, formula or data, 3 reading or writing, 130 Ctrl-C.";

#[derive(clap::Subcommand)]
enum Command {
    Explain(commands::explain::Explain),
    Svg(commands::svg::Svg),
    Html(commands::html::Html),
    Grad(commands::grad::Grad),
    Check(commands::check::Check),
    Plan(commands::plan::Plan),
    Gates(commands::gates::Gates),
    Train(Box<commands::train::Train>),
    Predict(commands::predict::Predict),
    Evaluate(commands::evaluate::Evaluate),
    Summary(Box<commands::summary::SummaryArgs>),
    Doctor(commands::doctor::Doctor),
    #[cfg(feature = "web")]
    View(commands::view::View),
}

impl Command {
    fn run(&self) -> Result<()> {
        match self {
            Command::Explain(args) => commands::explain::run(args),
            Command::Svg(args) => commands::svg::run(args),
            Command::Html(args) => commands::html::run(args),
            Command::Grad(args) => commands::grad::run(args),
            Command::Check(args) => commands::check::run(args),
            Command::Plan(args) => commands::plan::run(args),
            Command::Gates(args) => commands::gates::run(args),
            Command::Train(args) => commands::train::run(args),
            Command::Predict(args) => commands::predict::run(args),
            Command::Evaluate(args) => commands::evaluate::run(args),
            Command::Summary(args) => commands::summary::run(args),
            Command::Doctor(args) => commands::doctor::run(args),
            #[cfg(feature = "web")]
            Command::View(args) => commands::view::run(args),
        }
    }
}

fn main() -> ExitCode {
    interrupt::outlive_file_limits();
    let arguments = match config::filled::<Cli>(std::env::args_os().collect()) {
        Ok(arguments) => arguments,
        Err(failure) => return report(&failure),
    };
    let command = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli.command,
        Err(usage) => return explain(&usage),
    };
    match command.map_or_else(main_job::run, |command| command.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => report(&failure),
    }
}

fn report(failure: &Failure) -> ExitCode {
    render::failure(failure);
    ExitCode::from(failure.code())
}

/// Prints what clap has to say: the help that was asked for, or what is wrong with the arguments.
fn explain(usage: &clap::Error) -> ExitCode {
    match output::written(usage.print()) {
        Err(failure) if !usage.use_stderr() => report(&failure),
        _ => u8::try_from(usage.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from),
    }
}
