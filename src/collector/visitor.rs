//! Who follows a tracked link: a person, a bot, or a program that previews links. Only people count.

use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

/// Programs that are known: a public list, kept by many.
const KNOWN: &str = include_str!("crawlers/patterns.txt");
/// Words of programs that no list has yet, and of libraries. Cubot makes phones.
const WORDS: [&str; 6] = [
    r"(?i)(?:^|[^u])bots?(?:[^a-z]|$)",
    "(?i)crawl",
    "(?i)spider",
    "(?i)headless",
    "(?i)preview",
    r"(?i)^(?:curl|wget|python|java|okhttp|go-http-client|axios|libwww|node-fetch|got)\b",
];
/// Memory that the list takes at most.
const PATTERN_BYTES: usize = 64 << 20;

/// Fits user agents of programs that follow links by themselves: crawlers, link previews of messengers and mail,
/// monitors, and libraries.
static PROGRAMS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let known = KNOWN.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let all: Vec<&str> = known.chain(WORDS).collect();
    let regex = RegexBuilder::new(&all.join("|")).size_limit(PATTERN_BYTES).build();
    regex.inspect_err(|error| tracing::error!(%error, "visits of programs count as people's")).ok()
});

/// What followed a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Visitor {
    /// Somebody with a browser.
    Person,
    /// A program.
    Program,
}

impl Visitor {
    /// By user agent, and whether the visit is that of a program anyway (`HEAD`, a prefetch). A visit
    /// without a user agent is never a person's.
    pub(super) fn of(is_by_itself: bool, user_agent: &str) -> Self {
        let is_program = || PROGRAMS.as_ref().is_some_and(|all| all.is_match(user_agent));
        let is_known = is_by_itself || user_agent.is_empty() || is_program();
        if is_known { Self::Program } else { Self::Person }
    }

    /// The word that the database uses.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Program => "program",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_people_and_previews_are_not() {
        let people = [
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like \
             Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/480.0]",
            "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 \
             Mobile Safari/537.36 Instagram 380.0",
            "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
            "Mozilla/5.0 (Linux; Android 12; CUBOT NOTE 20) AppleWebKit/537.36 Chrome/140.0",
            "Mozilla/5.0 (Linux; Android 14; SM-X1 Build/UP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) \
             Version/4.0 Chrome/124.0 Mobile Safari/537.36 CamScanner/4.8.5",
            "[FBAN/FB4A;FBAV/567.1.0;FBBV/1;FBDM/{density=3.0};FBLC/fr_FR;FBPN/com.facebook.katana;FBDV/SM-X1;FBSV/16]",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 26_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
             Mobile/15E148 GoogleWv/1.0 (WKWebView) GeminiiOS/1.2026",
        ];
        for agent in people {
            assert_eq!(Visitor::of(false, agent), Visitor::Person, "{agent}");
            assert_eq!(Visitor::of(true, agent), Visitor::Program);
        }
        let programs = [
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "WhatsApp/2.24.1 A",
            "TelegramBot (like TwitterBot)",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 AppleWebKit/537.36 HeadlessChrome/140.0",
            "curl/8.9.1",
            "WhatsApp",
            "Viber",
            "Iframely/1.3.1 (+https://iframely.com/docs/about) Atlassian",
            "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
            "meta-externalfetcher/1.1",
            "Some-New-Bot/0.1",
            "python-requests/2.32",
            "",
        ];
        for agent in programs {
            assert_eq!(Visitor::of(false, agent), Visitor::Program, "{agent}");
        }
    }
}
