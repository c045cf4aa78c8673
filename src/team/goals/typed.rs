//! The form of a goal, as a browser sends it.

use serde::Deserialize;

use super::written::{GoalError, WrittenGoal};
use crate::language::say;

/// The form of a goal.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    pub name: String,
    pub title: String,
    pub figure: String,
    pub target: String,
    pub per: String,
    pub filter: String,
    pub currency: String,
}

impl Typed {
    /// The goal; a comma is a decimal mark where it is one, and a share is written in percent or not.
    pub(super) fn written(&self) -> Result<WrittenGoal, GoalError> {
        let no_number = || GoalError { key: "target", reason: say("goals-bad-target") };
        let text = self.target.trim().replace(',', ".");
        let (text, by) =
            text.strip_suffix('%').map_or((text.as_str(), 1.0), |text| (text.trim(), 100.0));
        let target = text.parse::<f64>().map_err(|_| no_number())? / by;
        let plain = |text: &String| text.trim().to_owned();
        Ok(WrittenGoal {
            name: plain(&self.name),
            title: plain(&self.title),
            figure: plain(&self.figure),
            target,
            per: plain(&self.per),
            filter: plain(&self.filter),
            currency: self.currency.trim().to_uppercase(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_as_people_write_them() {
        let target = |text: &str| {
            let typed = Typed { target: text.to_owned(), ..Typed::default() };
            typed.written().map(|written| written.target).ok()
        };
        assert_eq!(
            (target("12,5"), target(" 80 % "), target("0.8")),
            (Some(12.5), Some(0.8), Some(0.8))
        );
        assert_eq!((target(""), target("much")), (None, None));
    }
}
