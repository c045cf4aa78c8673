//! Who follows a tracked link: a person, a bot, or a program that previews links. Only people count.

/// Parts of user agents, in small letters, of programs that follow links by themselves: crawlers,
/// link previews of messengers and mail, monitors, and HTTP libraries.
const PROGRAMS: [&str; 26] = [
    "bot",
    "crawl",
    "spider",
    "preview",
    "scan",
    "monitor",
    "headless",
    "facebookexternalhit",
    "facebookcatalog",
    "meta-externalagent",
    "whatsapp/",
    "skypeuripreview",
    "slack-imgproxy",
    "embedly",
    "bitlypreview",
    "google-safety",
    "googleimageproxy",
    "yahoomailproxy",
    "outlook-",
    "curl/",
    "wget/",
    "python",
    "okhttp",
    "java/",
    "go-http-client",
    "axios/",
];

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
        // A maker of phones, not a bot.
        let agent = user_agent.to_ascii_lowercase().replace("cubot", "");
        let is_program = PROGRAMS.iter().any(|program| agent.contains(program));
        if is_by_itself || agent.is_empty() || is_program { Self::Program } else { Self::Person }
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
            "python-requests/2.32",
            "",
        ];
        for agent in programs {
            assert_eq!(Visitor::of(false, agent), Visitor::Program, "{agent}");
        }
    }
}
