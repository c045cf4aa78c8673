//! Whose a reported conversion is, for an erasure.

use super::erased::{Remains, has_token};
use super::person_name::{IsErased, PersonName, number_alone};
use crate::domain::{ReportedConversion, Timestamp};

/// Takes the conversions of erased people out of a journaled list of reported conversions.
#[must_use]
pub fn reports_without_erased(
    body: &[u8],
    received_at: Timestamp,
    is_erased: &IsErased<'_>,
) -> Remains {
    let Ok(mut reports) = serde_json::from_slice::<Vec<ReportedConversion>>(body) else {
        let is_theirs = has_token(&String::from_utf8_lossy(body), received_at, is_erased);
        return if is_theirs { Remains::Nothing } else { Remains::Everything };
    };
    let before = reports.len();
    reports.retain(|report| !report_is_erased(report, is_erased));
    if reports.len() == before {
        return Remains::Everything;
    }
    if reports.is_empty() {
        return Remains::Nothing;
    }
    serde_json::to_vec(&reports).map_or(Remains::Nothing, Remains::Rest)
}

/// Tells whether a reported conversion is of somebody who was erased after it: by its id, by the person that it names,
/// or, if it names none, by a contact.
#[must_use]
pub fn report_is_erased(report: &ReportedConversion, is_erased: &IsErased<'_>) -> bool {
    let ReportedConversion { id, page, person, contacts, time, .. } = report;
    let is_by_whom = if person.is_empty() {
        contacts.iter().any(|hash| is_erased(PersonName::Contact(hash), *time))
    } else {
        is_erased(PersonName::Person { page, id: person }, *time)
            || is_erased(PersonName::Person { page, id: &number_alone(person) }, *time)
    };
    is_by_whom || is_erased(PersonName::Report(id), *time)
}
