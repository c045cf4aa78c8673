//! Questions that come again and again, as the steps that answer them.

use rmcp::model::{GetPromptResult, JsonObject, Prompt, PromptArgument, PromptMessage, Role};

use crate::domain::Timestamp;
use crate::insights::query::{Defaults, QueryParams};

const RANGE: [(&str, &str); 2] =
    [("from", "First day, such as 2026-10-01"), ("to", "Day behind the last, such as 2026-10-08")];

/// Name, what it is, text.
const PROMPTS: [(&str, &str, &str); 2] = [
    (
        "weekly_review",
        "What happened in a week, against the week before, and what to do",
        "\
Write a review of {range} for a marketing team, at most one page. Take every figure from a tool, none from memory.

1. funnel_comparison of click-to-messenger without by, with the range: what changed against the days before, and whether \
it is significant. Say \"no clear change\" where the verdict says so.
2. funnel of click-to-messenger by source: counts of each stage. Rates are quotients of these counts.
3. ads by campaign: spend, cost of each lead and purchase, ROAS, for each currency by itself. Spend null is unknown.
4. response_times: share answered, median time, windows that closed unanswered.
5. quality and annotations of the range: what explains a change or makes a figure doubtful.

Then write: three headline figures with their change; what changed and why, as far as the figures say; what is not known; \
at most three things to do. Conversations of the last 28 days are unfinished: compare at the same age, or use expected. \
End with range, time zone, known_until and the first eight letters of each definition_hash.",
    ),
    (
        "why_did_leads_fall",
        "Finds where leads were lost: fewer people, a worse step, another mixture, or figures that are not complete",
        "\
Leads seem to have fallen in {range}. Find out whether that is so and where they were lost. Take every figure from a tool.

1. Is it real? funnel_comparison of click-to-messenger, step lead, of opened, with the range (age same). If the verdict is \
that nothing is clear, say so and go on only to rule out missing data.
2. Is it complete? quality of the range: events in quarantine, refs and ads that fell silent, clicks that did not arrive. \
about.known_until must be behind the end of the range. annotations: what happened on these days.
3. Fewer people or a worse rate? funnel of both ranges: opened, then each step's count over the step before.
4. Where? funnel_comparison by source, then by campaign, then by page, with the range: which rows changed. A change in the \
mixture of sources moves the rate although no source changed.
5. Who answers? response_times of both ranges: slower or missing answers.
6. What was paid? ads by campaign of both ranges: spend and clicks, where they are known.

Answer in this order: whether leads fell, by how much and how sure that is; at which step and in which source or campaign; \
what explains it; what the figures cannot tell; what to look at next. Never take null for zero.",
    ),
];

/// All of them.
pub(super) fn all() -> Vec<Prompt> {
    let arguments = || {
        let argument = |(name, about): &(&str, &str)| {
            PromptArgument::new(*name).with_description(*about).with_required(false)
        };
        RANGE.iter().map(argument).collect()
    };
    let prompt =
        |(name, about, _): &(&str, &str, &str)| Prompt::new(*name, Some(*about), Some(arguments()));
    PROMPTS.iter().map(prompt).collect()
}

/// The prompt of that name for a range; without one it is the last seven whole days.
///
/// # Errors
/// If there is none, or an argument is no day.
pub(super) fn of(
    name: &str,
    arguments: JsonObject,
    defaults: &Defaults,
    now: Timestamp,
) -> Result<GetPromptResult, String> {
    let found = PROMPTS.iter().find(|(known, ..)| *known == name);
    let (_, about, text) = found.ok_or_else(|| format!("there is no prompt {name:?}"))?;
    let mut asked = QueryParams::default();
    for (name, value) in arguments {
        let value = value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        match name.as_str() {
            "from" => asked.from = value,
            "to" => asked.to = value,
            other => return Err(format!("{other:?} is not taken here; taken are from, to")),
        }
    }
    let range = if asked.from.is_none() && asked.to.is_none() {
        "the last seven whole days".to_owned()
    } else {
        let period = asked.understand(defaults, now).map_err(|error| error.to_string())?.period;
        let zone = defaults.zone.iana_name().unwrap_or("UTC");
        let [from, to] = [period.from, period.to].map(Timestamp::to_rfc3339);
        format!("{from} to {to} (exclusive, {zone})")
    };
    let message = PromptMessage::new_text(Role::User, text.replace("{range}", &range));
    Ok(GetPromptResult::new(vec![message]).with_description(*about))
}
