//! What somebody may do: scopes, and roles, which are sets of them.

/// One kind of thing that can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Dashboard, and all figures of the API.
    Read,
    /// Who is behind them: ids of people, journeys, export of a person's data.
    People,
    /// Links, funnels, goals, reports, annotations, views of the team and alert rules: making, changing, running.
    Write,
    /// Reporting conversions.
    Conversions,
    /// Users, tokens, erasing people.
    Admin,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Read, Self::People, Self::Write, Self::Conversions, Self::Admin];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::People => "people",
            Self::Write => "write",
            Self::Conversions => "conversions",
            Self::Admin => "admin",
        }
    }

    /// Reads its name.
    ///
    /// # Errors
    /// If it is none of them.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            format!("{text:?} is no scope; known are {known}")
        })
    }
}

/// What a user is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Sees figures, and people by pseudonyms.
    Viewer,
    /// Sees people too, and makes links and reports.
    Analyst,
    /// Does everything.
    Admin,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Analyst, Self::Admin];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Analyst => "analyst",
            Self::Admin => "admin",
        }
    }

    /// Reads its name.
    ///
    /// # Errors
    /// If it is none of them.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            format!("{text:?} is no role; known are {known}")
        })
    }

    /// What it may do.
    #[must_use]
    pub fn scopes(self) -> &'static [Scope] {
        match self {
            Self::Viewer => &[Scope::Read],
            Self::Analyst => &[Scope::Read, Scope::People, Scope::Write],
            Self::Admin => &Scope::ALL,
        }
    }
}
