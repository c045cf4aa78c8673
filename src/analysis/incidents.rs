//! When an incident opens, goes on, and is over: one for each thing that a rule finds, however often it is found.

use std::collections::BTreeMap;

/// What an incident is of: the rule that found it, and what it is about.
pub type Cause = (String, String);

/// An incident that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenIncident {
    /// By which it is known.
    pub id: String,
    /// What it is of.
    pub cause: Cause,
    /// When it was found last, UTC milliseconds.
    pub last_seen: i64,
}

/// What becomes of incidents after a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step<F> {
    /// A new one.
    Open(F),
    /// This one goes on.
    Seen(String, F),
    /// This one is over.
    Close(String),
}

/// What becomes of the `open` incidents after `found` was found at `now`. An incident of a rule that was looked at and did
/// not find it is over after `calm` milliseconds: what comes back within them is the same one. Of a rule that could not be
/// looked at (`is_looked_at` is false) nothing is known; one that is no more ends at once (`calm` is zero then).
pub fn steps<F>(
    open: &[OpenIncident],
    found: BTreeMap<Cause, F>,
    is_looked_at: impl Fn(&str) -> bool,
    calm: impl Fn(&str) -> i64,
    now: i64,
) -> Vec<Step<F>> {
    let mut found = found;
    let mut steps = Vec::new();
    for incident in open {
        if let Some(finding) = found.remove(&incident.cause) {
            steps.push(Step::Seen(incident.id.clone(), finding));
            continue;
        }
        let rule = incident.cause.0.as_str();
        let quiet = now.saturating_sub(incident.last_seen);
        // A clock that was put back makes nothing last longer than it has to.
        if is_looked_at(rule) && (quiet >= calm(rule) || quiet < 0) {
            steps.push(Step::Close(incident.id.clone()));
        }
    }
    steps.extend(found.into_values().map(Step::Open));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(id: &str, rule: &str, about: &str, last_seen: i64) -> OpenIncident {
        let cause = (rule.to_owned(), about.to_owned());
        OpenIncident { id: id.to_owned(), cause, last_seen }
    }

    #[test]
    fn one_cause_is_one_incident_until_it_has_been_calm() {
        let known = [
            open("1", "silence", "ad", 100),
            open("2", "silence", "ref", 100),
            open("3", "away", "", 0),
        ];
        let found = |abouts: &[&str]| -> BTreeMap<Cause, &'static str> {
            abouts
                .iter()
                .map(|about| (("silence".to_owned(), (*about).to_owned()), "now"))
                .collect()
        };
        let calm = |_: &str| 60;
        let look = |abouts, now| steps(&known, found(abouts), |rule| rule == "silence", calm, now);
        assert_eq!(
            look(&["ad", "new"], 159),
            [Step::Seen("1".to_owned(), "now"), Step::Open("now")]
        );
        assert_eq!(
            look(&["ad"], 160),
            [Step::Seen("1".to_owned(), "now"), Step::Close("2".to_owned())]
        );
        assert_eq!(look(&["ad", "ref"], 150).len(), 2);
        // A clock that was put back.
        assert_eq!(look(&["ad"], 50)[1], Step::Close("2".to_owned()));
    }

    /// Over any sequence of looks each cause has one incident at a time, which is open for as long as it is found.
    #[test]
    fn incidents_are_those_of_a_plain_loop() {
        let mut random = fastrand::Rng::with_seed(11);
        for _ in 0..200 {
            let calm = random.i64(0..5);
            let (mut known, mut made): (Vec<OpenIncident>, usize) = (Vec::new(), 0);
            // By the plain loop: of each cause when it was found last, and how many incidents there were.
            let (mut last, mut right): (BTreeMap<String, i64>, usize) = (BTreeMap::new(), 0);
            for now in 0..40 {
                let abouts: Vec<String> =
                    (0..4).filter(|_| random.bool()).map(|about: u8| about.to_string()).collect();
                let found =
                    abouts.iter().map(|about| ((String::new(), about.clone()), about.clone()));
                for step in steps(&known, found.collect(), |_| true, |_| calm, now) {
                    match step {
                        Step::Open(about) => {
                            made += 1;
                            known.push(open(&made.to_string(), "", &about, now));
                        }
                        Step::Seen(id, _) => {
                            known.iter_mut().find(|one| one.id == id).unwrap().last_seen = now;
                        }
                        Step::Close(id) => known.retain(|one| one.id != id),
                    }
                }
                last.retain(|about, seen| abouts.contains(about) || now - *seen < calm);
                for about in abouts {
                    right += usize::from(last.insert(about, now).is_none());
                }
                let mut about: Vec<&String> = known.iter().map(|one| &one.cause.1).collect();
                about.sort();
                assert_eq!(about, last.keys().collect::<Vec<_>>());
            }
            assert_eq!(made, right);
        }
    }
}
