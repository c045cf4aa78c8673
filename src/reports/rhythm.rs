//! Schedules that people choose and read without cron: at a time of every day, of working days, of a weekday, or of a day of
//! the month. Any other cron expression stays as it is written.

use crate::language::{Message, say};

/// On which days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Days {
    Every,
    Working,
    /// ISO 8601's number, 1 to 7.
    Weekday(u8),
    OfMonth(u8),
}

/// Days, and a time on the wall: hour and minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rhythm {
    days: Days,
    at: (u8, u8),
}

/// What a form offers besides "by hand" and an expression of one's own, by the names that it sends.
const CHOICES: [&str; 10] = ["day", "working", "1", "2", "3", "4", "5", "6", "7", "month"];

impl Rhythm {
    /// Of a cron expression, if it is that simple.
    pub(super) fn of_cron(expression: &str) -> Option<Self> {
        let fields: Vec<&str> = expression.split_whitespace().collect();
        let [minute, hour, day, "*", weekday] = fields[..] else { return None };
        let number = |text: &str, most: u8| text.parse().ok().filter(|number| *number <= most);
        let days = match (day, weekday) {
            ("*", "*") => Days::Every,
            ("*", "1-5") => Days::Working,
            // Sunday is 0 and 7.
            ("*", weekday) => match number(weekday, 7)? {
                0 => Days::Weekday(7),
                weekday => Days::Weekday(weekday),
            },
            (day, "*") => Days::OfMonth(number(day, 31).filter(|day| *day > 0)?),
            _ => return None,
        };
        Some(Self { days, at: (number(hour, 23)?, number(minute, 59)?) })
    }

    /// Of what a form sends: one of [`CHOICES`], and a time such as 07:00.
    pub(super) fn of_form(every: &str, at: &str) -> Option<Self> {
        let days = match every {
            "day" => Days::Every,
            "working" => Days::Working,
            "month" => Days::OfMonth(1),
            weekday => Days::Weekday(weekday.parse().ok().filter(|day| (1..=7).contains(day))?),
        };
        let (hour, minute) = at.split_once(':')?;
        let at = (
            hour.parse().ok().filter(|hour| *hour < 24)?,
            minute.parse().ok().filter(|minute| *minute < 60)?,
        );
        Some(Self { days, at })
    }

    /// The name in [`CHOICES`]; `None` if a form does not offer it.
    pub(super) fn choice(self) -> Option<&'static str> {
        match self.days {
            Days::Every => Some(CHOICES[0]),
            Days::Working => Some(CHOICES[1]),
            Days::Weekday(day) => CHOICES.get(usize::from(day) + 1).copied(),
            Days::OfMonth(1) => Some(CHOICES[9]),
            Days::OfMonth(_) => None,
        }
    }

    /// Its time, such as 07:00.
    pub(super) fn time(self) -> String {
        let (hour, minute) = self.at;
        format!("{hour:02}:{minute:02}")
    }

    /// As a cron expression.
    pub(super) fn to_cron(self) -> String {
        let (hour, minute) = self.at;
        let days = match self.days {
            Days::Every => "* * *".to_owned(),
            Days::Working => "* * 1-5".to_owned(),
            Days::Weekday(day) => format!("* * {day}"),
            Days::OfMonth(day) => format!("{day} * *"),
        };
        format!("{minute} {hour} {days}")
    }

    /// As people say it.
    pub(super) fn told(self) -> Message {
        say("reports-every-at").with("days", self.days.told()).with("time", self.time())
    }
}

impl Days {
    fn told(self) -> Message {
        match self {
            Self::Every => say("reports-every-day"),
            Self::Working => say("reports-every-working"),
            Self::Weekday(day) => {
                say("reports-every-weekday").with("weekday", say(format!("weekday-{day}.within")))
            }
            Self::OfMonth(day) => say("reports-every-month").with("day", u64::from(day)),
        }
    }
}

/// What a form offers, each with what people call it.
pub(super) fn choices() -> Vec<(&'static str, Message)> {
    let named = |choice| Some((choice, Rhythm::of_form(choice, "00:00")?.days.told()));
    CHOICES.into_iter().filter_map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_expressions_are_told_in_words_and_written_back() {
        for (expression, told, choice) in [
            ("0 7 * * *", "every day at 07:00", Some("day")),
            ("30 6 * * 1-5", "Monday to Friday at 06:30", Some("working")),
            ("0 8 * * 1", "every Monday at 08:00", Some("1")),
            ("5 23 * * 7", "every Sunday at 23:05", Some("7")),
            ("0 7 1 * *", "on day 1 of the month at 07:00", Some("month")),
            ("0 7 15 * *", "on day 15 of the month at 07:00", None),
        ] {
            let rhythm = Rhythm::of_cron(expression).unwrap();
            assert_eq!(rhythm.told().to_string(), told);
            assert_eq!(rhythm.to_cron(), expression);
            assert_eq!(rhythm.choice(), choice);
            if let Some(choice) = choice {
                assert_eq!(Rhythm::of_form(choice, &rhythm.time()), Some(rhythm));
            }
        }
        assert_eq!(Rhythm::of_cron("0 7 * * 0"), Rhythm::of_cron("0 7 * * 7"));
        for expression in
            ["*/5 * * * *", "0 7 * 1 *", "0 7 1 * 1", "0 24 * * *", "@daily", "0 7 0 * *", ""]
        {
            assert_eq!(Rhythm::of_cron(expression), None, "{expression}");
        }
        for (every, at) in [("8", "07:00"), ("day", "24:00"), ("day", "7"), ("hand", "07:00")] {
            assert_eq!(Rhythm::of_form(every, at), None, "{every} {at}");
        }
    }
}
