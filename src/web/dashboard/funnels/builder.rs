//! A funnel in a form. Its fields stand in the address, so that the address is the funnel: `s1.kind=message` is
//! what the first step is, `x1.` begins what ends an attempt.

use super::step_change::StepChange;
use crate::analysis::{Funnel, FunnelError, Funnels, OneOrMany, WrittenFunnel, WrittenMatch};
use crate::domain::{Kind, Source};
use crate::insights::text_match::{TextMatch, WAYS};
use crate::language::{Message, say};

/// Steps that the form has at least, and at most.
const STEPS: (usize, usize) = (2, 20);
/// The name under which a built funnel is computed.
const NAME: &str = "built";
/// The field that says which stored funnel is edited.
pub(super) const EDITS: &str = "edits";

/// A field, its label, and its values with their labels and which is chosen.
type Choices = (&'static str, Message, Vec<(&'static str, Message, bool)>);

/// A form that has been filled in, or not yet.
pub(crate) struct Builder {
    pub funnel: WrittenFunnel,
    /// The funnel, or what is wrong with it.
    pub checked: Result<Funnel, FunnelError>,
    /// Whether anything has been filled in.
    pub is_begun: bool,
    /// The fields of each step, and some empty ones.
    pub steps: Vec<Row>,
    /// Of what ends an attempt.
    pub exclusion: Row,
    /// The stored funnel that is edited, and of which version: `weekly@3`; empty: it is a new one.
    pub edits: String,
    /// All fields, as they stand in an address.
    pub query: String,
}

/// What is filled in for a step.
#[derive(Default)]
pub(crate) struct Row {
    /// `s1`, by which its fields begin.
    pub prefix: String,
    pub number: usize,
    pub name: String,
    pub kind: String,
    pub source: String,
    pub payload: String,
    /// How the payload is looked for.
    pub payload_way: String,
    pub referral_ref: String,
    pub ref_way: String,
    pub conversion: String,
    pub min_value: String,
}

impl Builder {
    pub(crate) fn read(query: &str) -> Self {
        let mut own = form_urlencoded::Serializer::new(String::new());
        let mut funnel = WrittenFunnel { name: NAME.to_owned(), ..WrittenFunnel::default() };
        let mut edits = String::new();
        let mut steps: Vec<Row> = Vec::new();
        let mut changed: Vec<StepChange> = Vec::new();
        let mut exclusion = Row { prefix: "x1".to_owned(), ..Row::default() };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            let said = Some(value.to_owned());
            match name.as_ref() {
                // A button that changes the steps: what comes of it is another address.
                "do" => {
                    changed.extend(StepChange::read(value));
                    continue;
                }
                EDITS => value.clone_into(&mut edits),
                "title" => funnel.title = said,
                "unit" => funnel.unit = said,
                // `order` is that of a Markov chain.
                "in_order" => funnel.order = said,
                "window" => funnel.window = said,
                "reentry" => funnel.reentry = said,
                name => match name.split_once('.') {
                    Some(("x1", field)) => exclusion.fill(field, value),
                    Some((step, field)) => {
                        let number = step.strip_prefix('s').and_then(|number| number.parse().ok());
                        match number {
                            Some(number @ 1..=20) => {
                                row(&mut steps, number).fill(field, value);
                            }
                            _ => continue,
                        }
                    }
                    None => continue,
                },
            }
            if !name.starts_with('s') {
                own.append_pair(&name, value);
            }
        }
        // A step that somebody has emptied is taken out, wherever it stood.
        steps.retain(Row::is_filled);
        for change in changed {
            change.apply(&mut steps);
        }
        funnel.steps = named(&steps);
        if exclusion.is_filled() {
            funnel.exclude = vec![WrittenMatch { name: None, ..exclusion.written() }];
        }
        let rows = (steps.len() + 1).clamp(STEPS.0, STEPS.1);
        steps.resize_with(rows, Row::default);
        for (index, step) in steps.iter_mut().enumerate() {
            (step.number, step.prefix) = (index + 1, format!("s{}", index + 1));
        }
        for step in steps.iter().filter(|step| step.is_filled()) {
            step.write(&mut own);
        }
        let is_begun = !funnel.steps.is_empty();
        let checked = number_error(&steps, &exclusion).map_or_else(|| funnel.clone().check(), Err);
        Self { funnel, checked, is_begun, steps, exclusion, edits, query: own.finish() }
    }

    /// The address with the steps as a button has changed them; `None` if none was pressed.
    pub(crate) fn without_change(&self, query: &str) -> Option<String> {
        let pairs = || form_urlencoded::parse(query.as_bytes());
        pairs().find(|(name, _)| name == "do")?;
        let mut all = form_urlencoded::Serializer::new(String::new());
        let own = ["title", "unit", "in_order", "window", "reentry", "do", EDITS];
        let is_own = |name: &str| own.contains(&name) || name.contains('.');
        all.extend_pairs(pairs().filter(|(name, value)| !is_own(name) && !value.is_empty()));
        Some(format!("{}&{}", all.finish(), self.query))
    }

    /// The funnel as a file of the folder `funnels` has it.
    pub(crate) fn toml(&self) -> String {
        let named = WrittenFunnel { name: self.file_name(), ..self.funnel.clone() };
        toml::to_string(&named).unwrap_or_default()
    }

    /// The funnel as the API takes it.
    pub(crate) fn json(&self) -> String {
        let named = WrittenFunnel { name: self.file_name(), ..self.funnel.clone() };
        serde_json::to_string(&named).unwrap_or_default()
    }

    /// The stored funnel that it is to replace.
    pub(crate) fn edited_name(&self) -> &str {
        self.edits.rsplit_once('@').map_or("", |(name, _)| name)
    }

    /// A name for that file, of its title.
    pub(crate) fn file_name(&self) -> String {
        let title = self.funnel.title.as_deref().unwrap_or("my-funnel").to_lowercase();
        let letters =
            title.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' });
        let name: String = letters.take(64).collect();
        let name = name.trim_matches('-');
        if name.is_empty() { "my-funnel".to_owned() } else { name.to_owned() }
    }

    /// Kinds of events that a step may be, with their labels.
    pub(crate) fn kinds() -> impl Iterator<Item = (&'static str, Message)> {
        Kind::ALL.into_iter().map(|kind| (kind.as_str(), say(format!("kind-{}", kind.as_str()))))
    }

    /// Entry points by which a step may come, with their labels.
    pub(crate) fn sources() -> impl Iterator<Item = (&'static str, Message)> {
        Source::ALL
            .into_iter()
            .map(|source| (source.as_str(), say(format!("source-{}", source.as_str()))))
    }

    /// Ways of looking for a text, with their labels; a text that is there without one is a regular expression.
    pub(crate) fn ways(way: &str, text: &str) -> Vec<(&'static str, Message, bool)> {
        let usual = if text.is_empty() { WAYS[0] } else { "matches" };
        let chosen = if way.is_empty() { usual } else { way };
        WAYS.map(|one| (one, say(format!("funnels-way-{one}")), one == chosen)).into()
    }

    /// What may be chosen, the usual first.
    pub(crate) fn choices(&self) -> [Choices; 3] {
        let choices = |field, said: &str, chosen: Option<&String>, values: &[&'static str]| {
            let choice = |value: &&'static str| {
                let is_chosen = chosen.is_some_and(|chosen| chosen == value);
                (*value, say(format!("funnels-{said}-{value}")), is_chosen)
            };
            (field, say(format!("funnels-{said}")), values.iter().map(choice).collect())
        };
        let WrittenFunnel { unit, order, reentry, .. } = &self.funnel;
        [
            choices("unit", "count", unit.as_ref(), &["conversation", "person"]),
            choices("in_order", "order", order.as_ref(), &["ordered", "strict", "any"]),
            choices("reentry", "reentry", reentry.as_ref(), &["first", "best", "every"]),
        ]
    }

    pub(crate) fn error(&self) -> Option<&FunnelError> {
        self.checked.as_ref().err().filter(|_| self.is_begun)
    }

    /// Where it is wrong, as the form calls it: the key counts from 0, the form from 1.
    pub(crate) fn place(error: &FunnelError) -> String {
        let Some((step, field)) =
            error.key.strip_prefix("steps[").and_then(|key| key.split_once("]."))
        else {
            let field = say(format!("funnels-{}", error.key.trim_start_matches("exclude[0].")));
            return if field.is_known() { field.to_string() } else { error.key.clone() };
        };
        let field_name = say(format!("funnels-field-{}", field.replace('_', "-")));
        let field = if field_name.is_known() { field_name.to_string() } else { field.to_owned() };
        let number = step.parse::<u64>().unwrap_or(0) + 1;
        format!("{}, {field}", say("funnels-step-number").with("number", number))
    }
}

/// The steps as they are written; one without a name is called by what it is.
fn named(rows: &[Row]) -> Vec<WrittenMatch> {
    let mut names: Vec<String> = rows.iter().map(|row| row.name.clone()).collect();
    for (place, row) in rows.iter().enumerate().filter(|(_, row)| row.name.is_empty()) {
        let what = [&row.conversion, &row.payload, &row.referral_ref, &row.source, &row.kind];
        let what = what.into_iter().find(|text| !text.is_empty()).cloned().unwrap_or_default();
        let mut name = what.clone();
        if names.contains(&name) || name.is_empty() {
            format!("{what} {}", place + 1).trim().clone_into(&mut name);
        }
        names[place] = name;
    }
    let name = |(row, name): (&Row, String)| WrittenMatch { name: Some(name), ..row.written() };
    rows.iter().zip(names).map(name).collect()
}

fn row(rows: &mut Vec<Row>, number: usize) -> &mut Row {
    if rows.len() < number {
        rows.resize_with(number, Row::default);
    }
    &mut rows[number - 1]
}

/// The first value that is no number; the written funnel has numbers alone.
fn number_error(steps: &[Row], exclusion: &Row) -> Option<FunnelError> {
    let of_steps = steps.iter().filter(|row| row.is_filled()).enumerate();
    let of_steps = of_steps.map(|(place, row)| (format!("steps[{place}]"), row));
    let mut rows = of_steps.chain(std::iter::once(("exclude[0]".to_owned(), exclusion)));
    rows.find_map(|(key, row)| {
        let text = &row.min_value;
        let is_wrong = !text.is_empty() && !text.parse::<f64>().is_ok_and(f64::is_finite);
        is_wrong.then(|| FunnelError {
            key: format!("{key}.min_value"),
            reason: format!("{text:?} is no number"),
        })
    })
}

impl Row {
    fn fill(&mut self, field: &str, value: &str) {
        let place = match field {
            "name" => &mut self.name,
            "kind" => &mut self.kind,
            "source" => &mut self.source,
            "payload" => &mut self.payload,
            "payload_way" => &mut self.payload_way,
            "ref" => &mut self.referral_ref,
            "ref_way" => &mut self.ref_way,
            "conversion" => &mut self.conversion,
            "min_value" => &mut self.min_value,
            _ => return,
        };
        // A comma is a decimal mark where it is one.
        if field == "min_value" {
            *place = value.replace(',', ".");
        } else {
            value.clone_into(place);
        }
    }

    fn fields(&self) -> [&String; 7] {
        let Self { name, kind, source, payload, referral_ref, conversion, min_value, .. } = self;
        [name, kind, source, payload, referral_ref, conversion, min_value]
    }

    /// As its fields stand in an address.
    fn write(&self, query: &mut form_urlencoded::Serializer<'_, String>) {
        let fields = [
            ("name", &self.name),
            ("kind", &self.kind),
            ("source", &self.source),
            ("payload", &self.payload),
            ("payload_way", &self.payload_way),
            ("ref", &self.referral_ref),
            ("ref_way", &self.ref_way),
            ("conversion", &self.conversion),
            ("min_value", &self.min_value),
        ];
        let has_text = |field: &str| match field {
            "payload_way" => !self.payload.is_empty(),
            "ref_way" => !self.referral_ref.is_empty(),
            _ => true,
        };
        for (field, value) in
            fields.into_iter().filter(|(field, value)| !value.is_empty() && has_text(field))
        {
            query.append_pair(&format!("{}.{field}", self.prefix), value);
        }
    }

    /// Whether it asks for more than a kind of event.
    pub(crate) fn has_conditions(&self) -> bool {
        let Self { source, payload, referral_ref, conversion, min_value, .. } = self;
        [source, payload, referral_ref, conversion, min_value].iter().any(|text| !text.is_empty())
    }

    pub(crate) fn is_filled(&self) -> bool {
        self.fields().iter().any(|text| !text.is_empty())
    }

    fn written(&self) -> WrittenMatch {
        let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        // An address without a way has a regular expression.
        let pattern = |said: &String, way: &String| {
            let way = if way.is_empty() { "matches" } else { way };
            let found =
                TextMatch::new(way, said).map_or_else(|_| said.clone(), |one| one.pattern());
            text(&found)
        };
        let one = |said: &String| text(said).map(OneOrMany::One);
        WrittenMatch {
            name: text(&self.name),
            kind: one(&self.kind),
            source: one(&self.source),
            payload: pattern(&self.payload, &self.payload_way),
            referral_ref: pattern(&self.referral_ref, &self.ref_way),
            conversion: one(&self.conversion),
            min_value: self.min_value.parse().ok(),
            ..WrittenMatch::default()
        }
    }
}

/// The funnels there are, if this one is the only one.
pub(crate) fn only(funnel: &Funnel) -> Funnels {
    Funnels::from([(funnel.name.clone(), funnel.clone())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_funnel() {
        let builder = Builder::read(
            "title=Sale+of+%C3%A9t%C3%A9&unit=person&s1.name=wrote&s1.kind=message&s3.kind=conversion&s3.conversion=purchase&s3.min_value=12.5&x1.payload=STOP",
        );
        let funnel = builder.checked.as_ref().unwrap();
        // The second step was left empty.
        assert_eq!(funnel.steps, ["wrote", "purchase"]);
        assert_eq!(funnel.exclusions.len(), 1);
        assert_eq!(builder.steps.len(), 3);
        assert_eq!(builder.steps[1].conversion, "purchase");
        assert_eq!(builder.file_name(), "sale-of--t");
        let read: WrittenFunnel = toml::from_str(&builder.toml()).unwrap();
        assert_eq!(read, WrittenFunnel { name: builder.file_name(), ..builder.funnel.clone() });
        assert_eq!(Builder::read(&builder.query).funnel, builder.funnel);
        let twice = Builder::read("s1.kind=message&s2.kind=message&s3.min_value=1");
        assert_eq!(twice.checked.unwrap().steps, ["message", "message 2", "3"]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let wrong = |query: &str| {
            let builder = Builder::read(query);
            builder.error().map(ToString::to_string).unwrap_or_default()
        };
        assert_eq!(wrong(""), "");
        assert!(wrong("s1.kind=message").starts_with("steps: 1 steps"));
        assert!(wrong("s1.kind=message&s2.payload=%28").starts_with("steps[1].payload: "));
        let number = wrong("s1.kind=message&s2.conversion=lead&s2.min_value=ten");
        assert_eq!(number, "steps[1].min_value: \"ten\" is no number");
        assert_eq!(wrong("s99.kind=message&s0.kind=message&sx.kind=a&nothing=1"), "");
    }
}
