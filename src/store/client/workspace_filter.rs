//! A store of which the rows of one workspace alone can be read. ClickHouse itself leaves the others out
//! (`additional_table_filters`), so that no question can forget to. What stands in no list below is read by nobody of a
//! workspace; a test finds tables that stand in none.

use std::sync::Arc;

use crate::domain::Workspace;
use crate::store::client::Store;

/// Tables whose rows belong to a Page; all name it `page_id`.
const OF_PAGES: [&str; 17] = [
    "aliases",
    "arrivals",
    "contacts",
    "conversations",
    "conversions",
    "event_sequences",
    "events_by_person",
    "feedback",
    "link_visits",
    "links",
    "page_names",
    "people",
    "person_consents",
    "conversion_report_events",
    "conversion_reports",
    "told_names",
    "touchpoints",
];
/// Tables whose rows belong to an ad account; all name it `account_id`. What a file told of no account is nobody's.
const OF_AD_ACCOUNTS: [&str; 3] = ["ad_accounts", "ad_days", "ads"];
/// Tables whose rows belong to a WhatsApp business account.
const OF_BUSINESS_ACCOUNTS: [&str; 1] = ["message_costs"];
/// Tables of what people of a workspace write down under names; the column of the name.
const OF_NAMES: [(&str, &str); 8] = [
    ("alert_mutes", "rule"),
    ("alert_rules", "name"),
    ("funnel_edits", "name"),
    ("goals", "name"),
    ("incidents", "rule"),
    ("report_definitions", "name"),
    ("report_deliveries", "report"),
    ("report_runs", "report"),
];
/// Tables that nobody of a workspace reads.
const OF_ALL: [&str; 14] = [
    "api_tokens",
    "audience_members",
    "audit_log",
    "changed_batches",
    "changed_people",
    "clicks",
    "conversion_report_consents",
    "erasing",
    "erasing_keys",
    "quarantine",
    "token_uses",
    "users",
    "waiting_conversions",
    "webhook_counts",
];
/// What stands between a workspace and the name of what it wrote down. No name has it.
const MARK: char = ':';

/// Whether a text can be the id of a Page.
#[must_use]
pub fn is_page_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    !text.is_empty() && text.len() <= 64 && text.bytes().all(is_plain)
}

impl Store {
    /// The same store, of which only rows of this workspace can be read.
    #[must_use]
    pub fn of_workspace(&self, workspace: &Arc<Workspace>) -> Self {
        let filters = filters(workspace);
        let of_home = filters.iter().map(|(table, filter)| format!("'{table}': '{filter}'"));
        let mut all: Vec<String> = of_home.collect();
        if self.endpoint.cluster.is_some() {
            // Each shard leaves them out too.
            let home = self.home();
            let there =
                filters.iter().map(|(table, filter)| format!("'{home}.{table}': '{filter}'"));
            all.extend(there);
        }
        let filters = format!("{{{}}}", all.join(", "));
        let narrowed = self.with_setting("additional_table_filters", &filters);
        Self { workspace: Some(Arc::clone(workspace)), ..narrowed }
    }

    /// The workspace whose rows alone can be read.
    #[must_use]
    pub fn workspace(&self) -> Option<&Arc<Workspace>> {
        self.workspace.as_ref()
    }

    /// The name under which is kept what this store's workspace calls so.
    #[must_use]
    pub fn keyed(&self, name: &str) -> String {
        match &self.workspace {
            Some(workspace) => format!("{}{MARK}{name}", workspace.name),
            None => name.to_owned(),
        }
    }

    /// Whether what is kept under a key is this store's workspace's own, or that of people of all; the key is then what they
    /// call it.
    pub(in crate::store) fn is_own(&self, key: &mut String) -> bool {
        let whose = key.split_once(MARK).map(|(workspace, _)| workspace);
        let own = self.workspace.as_ref().map(|workspace| workspace.name.as_str());
        let is_own = whose == own;
        if let Some(own) = own.filter(|_| is_own) {
            key.drain(..own.len() + MARK.len_utf8());
        }
        is_own
    }
}

/// What of each table can be read.
fn filters(workspace: &Workspace) -> Vec<(&'static str, String)> {
    let among = |column: &str, ids: &[String]| {
        // They stand in a setting, which takes no parameters: what could be more than an id is none.
        let known = ids.iter().filter(|id| is_page_id(id));
        let list: Vec<String> = known.map(|id| format!(r"\'{id}\'")).collect();
        if list.is_empty() { "0".to_owned() } else { format!("{column} IN ({})", list.join(", ")) }
    };
    let name = Some(workspace.name.as_str()).filter(|name| is_page_id(name));
    let named = |condition: fn(&str) -> String| name.map_or_else(|| "0".to_owned(), condition);
    let pages = among("page_id", &workspace.pages);
    let annotations = named(|name| format!(r"workspace = \'{name}\' OR workspace = \'\' AND "));
    let annotations = if name.is_some() { annotations + &pages } else { annotations };
    let views = named(|name| format!(r"is_shared = 0 OR workspace = \'{name}\'"));
    let of_pages = OF_PAGES.map(|table| (table, pages.clone()));
    let of_accounts =
        OF_AD_ACCOUNTS.map(|table| (table, among("account_id", &workspace.ad_accounts)));
    let payers = among("business_account", &workspace.business_accounts);
    let of_payers = OF_BUSINESS_ACCOUNTS.map(|table| (table, payers.clone()));
    let of_names = OF_NAMES.map(|(table, column)| {
        let own = name.map(|name| format!(r"startsWith({column}, \'{name}{MARK}\')"));
        (table, own.unwrap_or_else(|| "0".to_owned()))
    });
    let of_all = OF_ALL.map(|table| (table, "0".to_owned()));
    let of_columns =
        [("annotations", annotations), ("saved_views", views), ("workspaces", "0".to_owned())];
    let mut all: Vec<(&'static str, String)> = of_pages.into();
    all.extend(of_accounts);
    all.extend(of_payers);
    all.extend(of_names);
    all.extend(of_columns);
    all.extend(of_all);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tables that are read by names or ids alone which somebody of a workspace has, or beside tables that are narrowed; and
    /// those that tell of nobody.
    const BESIDE: [&str; 9] = [
        "claims",
        // By the links that they are of.
        "costs",
        "event_classes",
        "incident_marks",
        "one_time_work",
        "program_settings",
        "report_schedules",
        "schema_migrations",
        "start_pages",
    ];

    #[test]
    fn every_table_is_narrowed_or_left_alone_on_purpose() {
        let schema = tables_of_the_schema();
        let narrowed = filters(&Workspace::default());
        let mut known: Vec<&str> = narrowed.iter().map(|(table, _)| *table).collect();
        known.extend(BESIDE);
        for table in &schema {
            let lines = known.iter().filter(|known| *known == table).count();
            assert_eq!(lines, 1, "{table}");
        }
        assert!(schema.len() > 50, "{schema:?}");
        assert_eq!(known.len(), schema.len(), "{known:?}");
    }

    /// Tables that the schema makes, and that are still there.
    fn tables_of_the_schema() -> Vec<String> {
        let mut tables = Vec::new();
        let mut folders = vec![std::path::PathBuf::from("queries/schema")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = std::fs::read_to_string(path).unwrap();
                let made = text.split("TABLE IF NOT EXISTS ").skip(1);
                tables.extend(
                    made.filter_map(|rest| rest.split_whitespace().next()).map(str::to_owned),
                );
            }
        }
        // 0112 dropped it.
        tables.retain(|table| table != "sequences");
        tables.sort();
        tables.dedup();
        tables
    }

    #[test]
    fn nothing_is_read_of_a_workspace_that_has_nothing_or_that_can_be_none() {
        let filter = |workspace: &Workspace, wanted: &str| {
            filters(workspace).into_iter().find(|(table, _)| *table == wanted).unwrap().1
        };
        let evil = Workspace {
            name: "a') OR (1".to_owned(),
            pages: vec!["1') OR (1".to_owned()],
            ..Workspace::default()
        };
        for table in [
            "conversations",
            "ads",
            "message_costs",
            "goals",
            "annotations",
            "saved_views",
            "users",
        ] {
            assert_eq!(filter(&evil, table), "0", "{table}");
        }
        let acme = Workspace {
            name: "acme".to_owned(),
            pages: vec!["11".to_owned()],
            ..Workspace::default()
        };
        assert_eq!(filter(&acme, "people"), r"page_id IN (\'11\')");
        assert_eq!(filter(&acme, "goals"), r"startsWith(name, \'acme:\')");
        assert_eq!(
            filter(&acme, "annotations"),
            r"workspace = \'acme\' OR workspace = \'\' AND page_id IN (\'11\')"
        );
    }
}
