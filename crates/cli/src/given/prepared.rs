//! What a saved network says of its data: letters of texts, columns of tables. It must fit what the network reads.

use crate::failure::{Result, argument, content};
use chainrule_nn::data::{Goal, Schema, Vocabulary};
use chainrule_nn::saved::About;
use serde_json::Value;
use std::path::Path;

/// The letters that a network reads, if it reads what `name` says: `text` or `lines`.
///
/// # Errors
/// They are not those that it predicts.
pub fn vocabulary(about: &About, name: &str) -> Result<Option<Vocabulary>> {
    let Some(letters) = about.preparation.get(name) else { return Ok(None) };
    let letters = serde_json::from_value::<Vocabulary>(letters.clone()).ok();
    let count = about.interface.goal.names().len();
    match letters.filter(|letters| about.interface.tokens && letters.len() == count) {
        Some(letters) => Ok(Some(letters)),
        None => {
            let what = format!("the letters of its {name} are not the {count} that its network knows");
            Err(argument("--model", what, "save the network again").into())
        }
    }
}

/// What the columns of a network's tables mean.
///
/// # Errors
/// It was not trained on a table, or on one of other columns.
pub fn schema(about: &About, file: &Path) -> Result<Schema> {
    let Some(text) = about.preparation.get("table").and_then(Value::as_str) else {
        let what = "can't be read as a table by this network, which was not trained on one";
        return Err(content(file, what, "give .npy, .npz or images").into());
    };
    let (schema, interface) = (Schema::from_json(text, file)?, &about.interface);
    let predicted = match &interface.goal {
        Goal::Classes(names) => schema.classes() == Some(&names[..]),
        Goal::Numbers(names) => schema.targets() == *names,
        Goal::Tokens(_) => false,
    };
    if interface.tokens || [schema.width()] != interface.inputs[..] || !predicted {
        let what = "the columns of its tables are not those that its network reads and predicts";
        return Err(argument("--model", what, "save the network again").into());
    }
    Ok(schema)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainrule_nn::architecture::{Architecture, Interface};
    use chainrule_nn::data::{Request, Table};
    use chainrule_nn::normalise::Normaliser;
    use serde_json::json;

    fn about(inputs: usize, tokens: bool, goal: Goal, preparation: Value) -> About {
        let interface = Interface { columns: vec![], inputs: vec![inputs], tokens, image: None, goal };
        let architecture = Architecture::Layers { hidden: vec![] };
        About { architecture, interface, normaliser: Normaliser::default(), preparation }
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| name.to_string()).collect()
    }

    #[test]
    fn letters_must_be_as_many_as_the_network_knows() {
        let tokens =
            |letters: &str| about(8, true, Goal::Tokens(names(&["a", "b"])), json!({ "text": letters }));
        assert!(vocabulary(&tokens("ab"), "text").is_ok_and(|letters| letters.is_some()));
        assert!(vocabulary(&tokens("ab"), "lines").is_ok_and(|letters| letters.is_none()));
        for about in [
            tokens("abc"),
            tokens("a"),
            tokens("aa"),
            about(8, false, Goal::Classes(names(&["a", "b"])), json!({"text": "ab"})),
        ] {
            let said = vocabulary(&about, "text").map(drop).unwrap_err();
            let said = format!("{:?}", said.mistakes().next().map(|(mistake, _)| mistake));
            assert!(said.contains("the letters of its text are not the 2 that its network knows"), "{said}");
        }
    }

    #[test]
    fn columns_must_be_those_of_the_network() {
        let table = Table::new(b"x,y,kind\n1,2,a\n2,1,b\n".to_vec(), Path::new("t.csv"));
        let of = |request: &Request| json!({ "table": table.learn(request).unwrap().to_json() });
        let (kinds, numbers) = (of(&Request::class("kind")), of(&Request::numbers(["y"])));
        let read = |inputs: usize, goal: Goal, preparation: &Value| {
            schema(&about(inputs, false, goal, preparation.clone()), Path::new("new.csv")).is_ok()
        };
        let classes = |of: &[&str]| Goal::Classes(names(of));
        assert!(read(2, classes(&["a", "b"]), &kinds));
        assert!(read(3, Goal::Numbers(names(&["y"])), &numbers));
        assert!(!read(3, classes(&["a", "b"]), &kinds));
        assert!(!read(2, classes(&["a", "c"]), &kinds));
        assert!(!read(2, Goal::Numbers(names(&["y"])), &kinds));
        assert!(!read(2, classes(&["a", "b"]), &Value::Null));
    }
}
