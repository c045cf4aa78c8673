//! What Pages, Instagram accounts and WhatsApp numbers are called, known to the task that renders.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// What several may be called (ads by their titles, Pages by their names): the id's end tells them apart.
pub(crate) fn with_end_of_id(title: &str, id: &str) -> String {
    let end = id.chars().skip(id.chars().count().saturating_sub(4));
    format!("{title} (…{})", end.collect::<String>())
}

tokio::task_local! {
    static CURRENT: Arc<PageNames>;
}

/// Names by id.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PageNames {
    labels: HashMap<String, String>,
}

impl PageNames {
    /// Of pairs of id and name; the first name of an id counts. Of several with one name the id's end tells them apart.
    pub fn new(names: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut labels: HashMap<String, String> = HashMap::new();
        for (page, name) in names {
            labels.entry(page).or_insert(name);
        }
        let mut seen = HashSet::new();
        let twice: HashSet<String> =
            labels.values().filter(|name| !seen.insert(name.as_str())).cloned().collect();
        for (page, label) in &mut labels {
            if twice.contains(label) {
                *label = with_end_of_id(label, page);
            }
        }
        Self { labels }
    }

    /// Those of the settings, before those that are stored.
    pub fn of_settings_and(
        settings: &BTreeMap<String, String>,
        stored: Vec<(String, String)>,
    ) -> Self {
        let settings = settings.iter().map(|(page, name)| (page.clone(), name.clone()));
        Self::new(settings.chain(stored))
    }

    /// Does something whose Pages are to have these names.
    pub async fn within<T>(self: Arc<Self>, what: impl Future<Output = T>) -> T {
        CURRENT.scope(self, what).await
    }
}

/// What a Page, an account or a number is called by the task that asks: its id, if no name is known.
pub(crate) fn page(id: &str) -> String {
    let known = CURRENT.try_with(|names| names.labels.get(id).cloned());
    known.ok().flatten().unwrap_or_else(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_name_counts_and_two_of_one_name_are_told_apart() {
        let pair = |id: &str, name: &str| (id.to_owned(), name.to_owned());
        let names = PageNames::new([
            pair("1", "Bistro"),
            pair("1", "another"),
            pair("100027", "Shop"),
            pair("100028", "Shop"),
        ]);
        let told = Arc::new(names).within(async { ["1", "100027", "100028", "9"].map(page) }).await;
        assert_eq!(told, ["Bistro", "Shop (…0027)", "Shop (…0028)", "9"]);
        assert_eq!(page("1"), "1");
    }
}
