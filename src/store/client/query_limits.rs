//! A store whose questions may take so much time and memory, and no more; and whose questions end when nobody waits
//! for them any more.

use crate::store::client::Store;
use crate::store::client::error::StoreError;

/// What one question may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Seconds.
    pub seconds: u32,
    /// Megabytes of ClickHouse's memory.
    pub memory_mb: u32,
}

impl Default for Bounds {
    /// A little less time than a request has, so that the reason is told.
    fn default() -> Self {
        Self { seconds: 55, memory_mb: 4096 }
    }
}

/// The bound that a question met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// `question_seconds`.
    Time,
    /// `question_memory_mb`, or all the memory that ClickHouse has.
    Memory,
    /// Groups that a question may tell apart.
    Groups,
    /// None of ours: ClickHouse takes no such list or regular expression.
    Refused,
}

/// ClickHouse's codes for it: `MEMORY_LIMIT_EXCEEDED`, `TOO_MANY_ROWS_OR_BYTES`, `TOO_MANY_ROWS` (to group by),
/// `TIMEOUT_EXCEEDED`, `TOO_SLOW`;
/// `BAD_ARGUMENTS`, `TOO_BIG_AST`, `CANNOT_COMPILE_REGEXP`.
const CODES: [(u32, Bound); 8] = [
    (241, Bound::Memory),
    (396, Bound::Memory),
    (158, Bound::Groups),
    (159, Bound::Time),
    (160, Bound::Time),
    (36, Bound::Refused),
    (168, Bound::Refused),
    (427, Bound::Refused),
];

/// Of a question's memory the part that its result may take when it is in our memory, if it is not read as it comes.
const PART_OF_RESULT: u64 = 4;

impl Bounds {
    /// For what nobody waits for, such as a report of the night: ten times as long, in the same memory.
    #[must_use]
    pub fn unattended(self) -> Self {
        Self { seconds: self.seconds.saturating_mul(10), ..self }
    }
}

impl Store {
    /// The same store, within bounds, for reading only.
    #[must_use]
    pub fn within(&self, bounds: Bounds) -> Self {
        let memory = u64::from(bounds.memory_mb) << 20;
        self.with_setting("max_execution_time", &bounds.seconds.to_string())
            .with_setting("max_memory_usage", &memory.to_string())
            .with_setting("max_result_bytes", &(memory / PART_OF_RESULT).to_string())
            .with_setting("cancel_http_readonly_queries_on_client_close", "1")
            // Only such questions are ended when nobody waits for them; settings may still be set.
            .with_setting("readonly", "2")
    }
}

impl StoreError {
    /// The bound that the question met, if that is the reason.
    #[must_use]
    pub fn bound(&self) -> Option<Bound> {
        let Self::ClickHouse { source, .. } = self else { return None };
        let clickhouse::error::Error::BadResponse(said) = source.as_ref() else { return None };
        let code = code(said)?;
        CODES.iter().find(|(known, _)| *known == code).map(|(_, bound)| *bound)
    }
}

/// The code in what ClickHouse said: `Code: 241. DB::Exception: …`, or `Code: 241` alone where its words were lost.
fn code(said: &str) -> Option<u32> {
    let after = said.split_once("Code: ")?.1;
    after[..after.bytes().take_while(u8::is_ascii_digit).count()].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_known_by_its_code_with_and_without_words() {
        let bound = |said: &str| {
            let source = clickhouse::error::Error::BadResponse(said.to_owned());
            StoreError::ClickHouse { url: String::new(), source: Box::new(source) }.bound()
        };
        assert_eq!(
            bound("Code: 241. DB::Exception: Query memory limit exceeded"),
            Some(Bound::Memory)
        );
        assert_eq!(bound("Code: 241"), Some(Bound::Memory));
        assert_eq!(bound("Code: 36. DB::Exception: x"), Some(Bound::Refused));
        assert_eq!(bound("Code: 360. DB::Exception: x"), None);
        assert_eq!(bound("no code"), None);
    }
}
