use serde_json::Value;

use crate::handler::{Completer, Completing, Need, beginning};

/// How the arguments of one prompt or template are completed.
#[derive(Debug)]
pub(crate) struct Completions {
    completers: Vec<(&'static str, Completing)>,
    /// Arguments whose type is a choice, and its values.
    choices: Vec<(String, Vec<String>)>,
}

impl Completions {
    pub(super) fn new(completers: &[Completer], schema: &Value) -> Self {
        let completers = completers.iter().map(|one| (one.argument, (one.make)())).collect();
        let properties = schema.get("properties").and_then(Value::as_object);
        let choices = properties.into_iter().flatten();
        let choices = choices.map(|(name, schema)| (name.clone(), choices_of(schema)));
        Self { completers, choices: choices.filter(|(_, values)| !values.is_empty()).collect() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.completers.is_empty() && self.choices.is_empty()
    }

    /// The state that completing takes.
    pub(super) fn needs(&self) -> impl Iterator<Item = Need> {
        self.completers.iter().flat_map(|(_, completing)| completing.needs.iter().copied())
    }

    pub(crate) fn completing(&self, argument: &str) -> Option<&Completing> {
        let (_, completing) = self.completers.iter().find(|(name, _)| *name == argument)?;
        Some(completing)
    }

    /// The choices that begin with what is typed; none where there is nothing to choose from.
    pub(crate) fn choices(&self, argument: &str, partial: &str) -> Vec<String> {
        let choices = self.choices.iter().find(|(name, _)| name == argument);
        choices.map_or_else(Vec::new, |(_, values)| {
            beginning(values.iter().map(String::as_str), partial)
        })
    }
}

/// The texts a schema allows, if it names them: `enum`, or a `const` for each that has a description.
fn choices_of(schema: &Value) -> Vec<String> {
    let list = |schema: &Value, keyword: &str| {
        schema.get(keyword).and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let mut texts = list(schema, "enum");
    texts.extend(schema.get("const").cloned());
    let mut texts: Vec<_> = texts.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    texts.extend(list(schema, "oneOf").iter().chain(&list(schema, "anyOf")).flat_map(choices_of));
    texts
}
