//! Where a ClickHouse is, and who asks it.

use secrecy::SecretString;

/// How to reach a ClickHouse.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// `http://host:port` or `https://…`; of a cluster the addresses of its nodes, with commas.
    pub url: String,
    /// User; the server's default user if empty.
    pub user: String,
    /// Password.
    pub password: SecretString,
    /// Database; made by the migrations if it is missing.
    pub database: String,
    /// Name of the cluster among the servers' `remote_servers`; `None`: one server.
    pub cluster: Option<String>,
    /// Whether other processes than those of this machine may use it.
    pub is_shared: bool,
}

impl Endpoint {
    pub(in crate::store) fn nodes(&self) -> impl Iterator<Item = &str> {
        self.url.split(',').map(str::trim)
    }
}
