//! How large a question may be. It is looked at before anything is read, fetched or computed.

use std::borrow::Cow;

use super::invalid_parameter::InvalidParameter;
use super::query::{CreditParams, QueryParams};

/// Dimensions of a breakdown at most.
pub(crate) const MOST_DIMENSIONS: usize = 8;
/// Filters at most.
pub(crate) const MOST_FILTERS: usize = 20;
/// Bytes of filters, whose values are anybody's texts.
const LONGEST_FILTER: usize = 8 << 10;
/// Bytes of a cursor, which holds ids.
const LONGEST_CURSOR: usize = 4 << 10;
/// Bytes of every other parameter.
const LONGEST: usize = 1 << 10;
/// Bytes of any parameter of any page, the form of a link among them.
const LONGEST_OF_ANY: usize = 8 << 10;
/// Parameters in one address: a funnel of 20 steps has 150.
const MOST_PARAMETERS: usize = 300;

/// Checks a question as it is written.
pub(crate) fn check(asked: &QueryParams) -> Result<(), InvalidParameter> {
    let many = |parameter, text: &Option<String>, mark, most, what: &str| {
        let parts = text.as_deref().unwrap_or_default().split(mark);
        let count = parts.filter(|part| !part.trim().is_empty()).count();
        if count <= most {
            return Ok(());
        }
        let reason = format!("{count} {what}; at most {most} are possible");
        Err(InvalidParameter { parameter, reason })
    };
    many("by", &asked.by, ',', MOST_DIMENSIONS, "dimensions")?;
    // A semicolon may be part of a value; more than twice as many are no filters anybody writes.
    many("filter", &asked.filter, ';', 4 * MOST_FILTERS, "filters")?;
    let CreditParams {
        model,
        lookback_days,
        half_life_days,
        first_share,
        last_share,
        order,
        conversion,
        intervals,
    } = &asked.credit;
    let texts = [
        ("from", &asked.from),
        ("to", &asked.to),
        ("by", &asked.by),
        ("compare", &asked.compare),
        ("top", &asked.top),
        ("format", &asked.format),
        ("locale", &asked.locale),
        ("bom", &asked.bom),
        ("filter", &asked.filter),
        ("cursor", &asked.cursor),
        ("offset", &asked.offset),
        ("limit", &asked.limit),
        ("status", &asked.status),
        ("reached", &asked.reached),
        ("missed", &asked.missed),
        ("step", &asked.step),
        ("of", &asked.of),
        ("against_from", &asked.against_from),
        ("against_to", &asked.against_to),
        ("age", &asked.age),
        ("model", model),
        ("lookback_days", lookback_days),
        ("half_life_days", half_life_days),
        ("first_share", first_share),
        ("last_share", last_share),
        ("order", order),
        ("conversion", conversion),
        ("intervals", intervals),
    ];
    for (parameter, text) in texts {
        let most = match parameter {
            "filter" => LONGEST_FILTER,
            "cursor" => LONGEST_CURSOR,
            _ => LONGEST,
        };
        if let Some(reason) = too_long(text.as_deref().unwrap_or_default(), most) {
            return Err(InvalidParameter { parameter, reason });
        }
    }
    Ok(())
}

/// What is wrong with the parameters of any address: its name, if it has one of its own, and the reason.
pub(crate) fn wrong(query: &str) -> Option<(Option<Cow<'_, str>>, String)> {
    let mut count = 0;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        count += 1;
        if count > MOST_PARAMETERS {
            return Some((None, format!("more than {MOST_PARAMETERS} parameters")));
        }
        if let Some(reason) = too_long(&name, LONGEST) {
            return Some((None, format!("a parameter's name: {reason}")));
        }
        if let Some(reason) = too_long(&value, LONGEST_OF_ANY) {
            return Some((Some(name), reason));
        }
    }
    None
}

fn too_long(text: &str, most: usize) -> Option<String> {
    let length = text.len();
    (length > most).then(|| format!("{length} bytes; at most {most} are possible"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_is_told_by_its_parameter() {
        let by = |count: usize| Some(vec!["ref.a"; count].join(","));
        let refused = |asked: QueryParams| check(&asked).unwrap_err().to_string();
        let dimensions = refused(QueryParams { by: by(2500), ..QueryParams::default() });
        assert_eq!(dimensions, "by: 2500 dimensions; at most 8 are possible");
        assert!(check(&QueryParams { by: by(8), ..QueryParams::default() }).is_ok());
        let long = "x".repeat(2 << 10);
        assert!(
            refused(QueryParams { step: Some(long.clone()), ..QueryParams::default() })
                .starts_with("step: ")
        );
        assert!(
            check(&QueryParams { filter: Some(long.clone()), ..QueryParams::default() }).is_ok()
        );
        let filter = Some("source=ad;".repeat(200));
        assert!(
            refused(QueryParams { filter, ..QueryParams::default() })
                .starts_with("filter: 200 filters")
        );
        let credit = CreditParams { conversion: Some(long), ..CreditParams::default() };
        assert!(
            refused(QueryParams { credit, ..QueryParams::default() }).starts_with("conversion: ")
        );
    }

    #[test]
    fn addresses_are_bounded_whatever_they_name() {
        assert!(wrong("").is_none() && wrong("a=1&b=2").is_none());
        let query = format!("a=1&payload={}", "x".repeat(9000));
        let (name, _) = wrong(&query).unwrap();
        assert_eq!(name.as_deref(), Some("payload"));
        assert!(wrong(&"a=1&".repeat(301)).unwrap().0.is_none());
        assert!(wrong(&"x".repeat(2000)).unwrap().1.contains("name"));
    }
}
