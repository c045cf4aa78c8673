//! The users of the embedded engine: ours, with a password of this run, and the one by whom BI tools read.

use std::fmt::Write;

use crate::store::schema::bi_user::Reader;

/// Our own user.
pub(super) const USER: &str = "funnel";

/// `users.xml`. The engine's own session runs as `default`, which cannot have a password there: all it may
/// do is open the listener and wait.
pub(super) fn users_xml(hash: &str, reader: Option<(&Reader, &str)>) -> String {
    let (profile, reader) =
        reader.map(|(reader, database)| reader_xml(reader, database)).unwrap_or_default();
    format!(
        "<clickhouse>
  <profiles>
    <default>
      <!-- It has left out rows that were there. -->
      <use_query_condition_cache>0</use_query_condition_cache>
      <!-- Compiling took more than half of the first page's processor time, and no later page was faster for it. -->
      <compile_expressions>0</compile_expressions>
      <compile_aggregate_expressions>0</compile_aggregate_expressions>
      <compile_sort_description>0</compile_sort_description>
    </default>
{profile}  </profiles>
  <quotas><default/></quotas>
  <users>
    <default>
      <no_password/>
      <networks><ip>127.0.0.1</ip></networks>
      <grants>
        <query>GRANT SYSTEM LISTEN ON *.*</query>
        <query>GRANT SELECT ON system.numbers</query>
      </grants>
    </default>
    <{USER}>
      <password_sha256_hex>{hash}</password_sha256_hex>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
    </{USER}>
{reader}  </users>
</clickhouse>
"
    )
}

/// The profile of the user for BI tools, with limits that he may tighten, and the user.
fn reader_xml(reader: &Reader, database: &str) -> (String, String) {
    let limits = [
        ("max_memory_usage", reader.max_memory_bytes),
        ("max_execution_time", reader.max_seconds),
        ("max_result_rows", reader.max_result_rows),
    ];
    let mut profile = String::from(
        "    <reader>\n      <profile>default</profile>\n      <readonly>2</readonly>\n",
    );
    let mut constraints = String::from("        <readonly><readonly/></readonly>\n");
    for (name, value) in limits {
        writeln!(profile, "      <{name}>{value}</{name}>").ok();
        // 0 would be no limit at all. Drivers ask for less, and must be let.
        writeln!(constraints, "        <{name}><min>1</min><max>{value}</max></{name}>").ok();
    }
    writeln!(profile, "      <constraints>\n{constraints}      </constraints>\n    </reader>").ok();
    let mut user = format!(
        "    <{0}>
      <password_sha256_hex>{1}</password_sha256_hex>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>reader</profile>
      <quota>default</quota>
      <grants>
",
        reader.user,
        reader.hash()
    );
    for table in Reader::tables(database) {
        writeln!(user, "        <query>GRANT SELECT ON {table}</query>").ok();
    }
    writeln!(user, "      </grants>\n    </{}>", reader.user).ok();
    (profile, user)
}
