//! Configuration files: TOML with the options of `train` by their names, put in where the command line has none.

use crate::commands::train::Train;
use crate::failure::{Failure, Result, content, read_text};
use chainrule::formula::nearest;
use chainrule::{Diagnostic, Mistake, Place, limits};
use clap::error::{ContextKind, ErrorKind};
use clap::{ArgMatches, Args, Command, CommandFactory, parser::ValueSource};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The file that is read where none is named.
const BESIDE: &str = "chainrule.toml";
/// The command that has such files.
const COMMAND: &str = "train";
/// Arguments that go by their places.
const PLACED: [&str; 2] = ["task", "source"];

/// Letters of a key, of a value, and of what the parser says, that a message holds at most.
const SHOWN: usize = 80;

/// The arguments with those of the configuration put in.
///
/// # Errors
/// The file can't be read, is no TOML, or has keys that are no options.
pub fn filled<C: CommandFactory>(mut arguments: Vec<OsString>) -> Result<Vec<OsString>> {
    if arguments.get(1).is_none_or(|first| first != COMMAND) {
        return Ok(arguments);
    }
    // What is wrong with the arguments alone may be right with the file; clap looks at them again.
    let matches = C::command().ignore_errors(true).try_get_matches_from(&arguments).ok();
    let Some(given) = matches.as_ref().and_then(|matches| matches.subcommand_matches(COMMAND)) else {
        return Ok(arguments);
    };
    let Some(path) = place(given) else { return Ok(arguments) };
    let words = words(&read_text(&path)?, &path, given)?;
    arguments.splice(2..2, words.into_iter().map(OsString::from));
    Ok(arguments)
}

/// What the text of a configuration adds to the arguments that were given.
///
/// It takes at most 200 times the text and a megabyte, which the tests count.
fn words(text: &str, path: &Path, given: &ArgMatches) -> Result<Vec<String>> {
    let table: Table = text.parse().map_err(|why: toml::de::Error| {
        let line = why.span().map(|span| text[..span.start].matches('\n').count() as u64 + 1);
        let place = Place::File { path: path.to_path_buf(), line, column: None };
        let what = shown(&why.message().to_lowercase());
        Failure::from(Mistake::new(place, "toml", what).hint("write NAME = VALUE"))
    })?;
    let command = Train::augment_args(Command::new(COMMAND));
    let mut placed = Vec::new();
    let mut named = Vec::new();
    let mut mistakes = Vec::new();
    for (key, value) in &table {
        match option(&command, key, value, given) {
            Ok(words) if PLACED.contains(&&key[..]) => placed.extend(words.map(|words| (key.clone(), words))),
            Ok(words) => named.extend(words.unwrap_or_default()),
            Err((what, hint)) => mistakes.push(content(path, what, &hint)),
        }
        if mistakes.len() == limits::MISTAKES {
            break;
        }
    }
    if let Some(mistakes) = Diagnostic::from_all(mistakes) {
        return Err(mistakes.into());
    }
    // The task comes before the source.
    placed.sort_by_key(|(key, _)| PLACED.iter().position(|placed| placed == key));
    Ok(placed.into_iter().flat_map(|(_, words)| words).chain(named).collect())
}

/// The file that is named, or the one that lies here.
fn place(given: &ArgMatches) -> Option<PathBuf> {
    let named = given.try_get_one::<PathBuf>("config").ok().flatten().cloned();
    named.or_else(|| Path::new(BESIDE).is_file().then(|| PathBuf::from(BESIDE)))
}

/// What is wrong with a key, and what to do.
type Wrong = (String, String);

/// The words of an option; none where the command line has it, or one that it can't stand beside.
fn option(
    command: &Command,
    key: &str,
    value: &Value,
    given: &ArgMatches,
) -> std::result::Result<Option<Vec<String>>, Wrong> {
    let id = key.replace('-', "_");
    let known = || command.get_arguments().filter(|arg| arg.get_id() != "config" && arg.get_id() != "help");
    let Some(arg) = known().find(|arg| arg.get_id() == id.as_str()) else {
        let near = nearest(&id, known().map(|arg| arg.get_id().as_str()));
        let hint = near.map_or("`chainrule train --help` lists all options".to_string(), |name| {
            format!("did you mean {}?", name.replace('_', "-"))
        });
        return Err((format!("there is no option {}", shown(key)), hint));
    };
    let typed = |id: &str| matches!(given.value_source(id), Some(ValueSource::CommandLine));
    let beaten = command.get_arg_conflicts_with(arg).iter().any(|other| typed(other.get_id().as_str()));
    if typed(&id) || beaten || (PLACED.contains(&&id[..]) && typed("task")) {
        return Ok(None);
    }
    let flag = format!("--{}", id.replace('_', "-"));
    let takes_value = arg.get_action().takes_values();
    let text = match value {
        Value::Boolean(on) if !takes_value => {
            let off = (flag == "--shifts").then(|| vec!["--no-shifts".to_string()]);
            return Ok(if *on { Some(vec![flag]) } else { off });
        }
        _ if !takes_value => {
            return Err((format!("{key} is not {}", said(value)), "write true or false".to_string()));
        }
        value => plain(value).ok_or_else(|| {
            let what = format!("{key} can't be {}", said(value));
            (what, "give a number, a text, or a list of them".to_string())
        })?,
    };
    if PLACED.contains(&&id[..]) {
        // It would be taken for an option.
        return match text.starts_with('-') {
            true => Err((format!("{key} can't be {}", said(value)), "give a name or a path".to_string())),
            false => Ok(Some(vec![text])),
        };
    }
    let word = format!("{flag}={text}");
    refused(command, &word).map_or(Ok(Some(vec![word])), |why| {
        Err((format!("{key} can't be {}: {}", said(value), shown(&why)), String::new()))
    })
}

/// Why the value of an option is none that it can have.
fn refused(command: &Command, word: &str) -> Option<String> {
    let error = command.clone().try_get_matches_from([COMMAND, word]).err()?;
    match error.kind() {
        ErrorKind::InvalidValue => {
            let values = error.get(ContextKind::ValidValue)?;
            Some(format!("it is one of {values}"))
        }
        ErrorKind::ValueValidation => Some(std::error::Error::source(&error)?.to_string()),
        _ => None,
    }
}

/// The first letters of a text.
fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_string(),
    }
}

/// A value as the file has it, if it is short.
fn said(value: &Value) -> String {
    shown(&value.to_string())
}

/// A value as it is written on the command line.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Array(values) => {
            values.iter().map(plain).collect::<Option<Vec<_>>>().map(|values| values.join(","))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
