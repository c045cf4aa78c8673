//! Who follows a tracked link: a person, a bot, or a program that previews links. Only people count.

use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

/// Programs that are known: a public list, kept by many.
const KNOWN: &str = include_str!("crawlers/patterns.txt");
/// Words of programs that no list has yet, and of what messengers fetch previews with. Cubot makes phones.
const WORDS: [&str; 8] = [
    r"(?i)(?:^|[^u])bots?(?:[^a-z]|$)",
    "(?i)crawl",
    "(?i)spider",
    "(?i)headless",
    "(?i)preview",
    r"(?i)^(?:instagram|line|telegram)(?:/[\d.]+)?$",
    "PowerShell/",
    "GCDHTTPRequest",
];
/// Libraries that fetch, and tools for trying interfaces, as their user agents begin.
const LIBRARIES: &str = r"(?ix)^(?:
    actix | afnetworking | aiohttp | alamofire | apachebench | apache-http(?:async)?client | artax | attohttpc | axios
    | bruno(?:-runtime)? | bun | buzz | (?:commons-|jakarta\x20commons-)?http-?client | curl | dalvik | dart | deno | elixir
    | embarcadero | faraday | feign | gatling | go-http-client | got | guzzle(?:http)? | hackney | hey | http\.rb
    | http_request2? | httpie | httpunit | httpx | hurl | hyper | insomnia | isahc | java | jersey | jetty | jmeter | k6
    | ktor(?:-client)? | ky | lavf | libcurl | libwww | lwp | microsoft-(?:cryptoapi|wininet) | mojolicious | needle | \.net
    | node(?:-fetch|\.js)? | okhttp | paw | perl | php | postman(?:runtime)? | pycurl | python | rapidapi | reactornetty
    | reqwest | rest-?client | restsharp | retrofit | ruby | soapui | superagent | surf | swift | symfony | thunder\x20?client
    | tornado | treq | typhoeus | undici | unirest(?:-java)? | ureq | urllib3? | vegeta | vlc | wget | winhttp(?:client)?
    | wrk2? | zend_http_client
    )(?:[^a-z]|$)";
/// Engines of browsers, as those of apps have them too.
const ENGINE: &str = "AppleWebKit/|Gecko/";
/// What apps write behind the engine of their browser. Alone it is what fetches previews.
const APPS: &str = r"(?x)\x20(?:
    (?:WhatsApp|Viber|Line|LINE|Instagram|Telegram|Mastodon|Fluid|Trae|Code|Miniature\.io)(?:/\S*)?
    | MetaIAB\x20Facebook | Sonic | YLT | GTmetrix
    )(\x20|$)";
/// What the list takes for a program and isbot's for a browser, phones' builds among it: in doubt a visit counts.
const IN_DOUBT: &str = r"(?x)^Viber/[\d.]+\x20CFNetwork/ | ^MozacFetch/\S+ | \x20Build/[\w.]+ | ;\x20TSM-turingos-\d+
    | ;\x20compatible;\x20Amzn-User/[\d.]+ | \x20Yahoo!\x20Slurp\)$";
/// Memory that the list takes at most.
const PATTERN_BYTES: usize = 64 << 20;

/// Fits user agents of programs that follow links by themselves: crawlers, link previews of messengers and mail,
/// monitors, and tools. Libraries are told by how they begin.
static PROGRAMS: LazyLock<Option<Programs>> = LazyLock::new(|| {
    let programs = Programs::new();
    programs
        .inspect_err(|error| tracing::error!(%error, "visits of programs count as people's"))
        .ok()
});

struct Programs {
    known: Regex,
    libraries: Regex,
    engine: Regex,
    apps: Regex,
    in_doubt: Regex,
}

impl Programs {
    fn new() -> Result<Self, regex::Error> {
        let known = KNOWN.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let all: Vec<&str> = known.chain(WORDS).collect();
        Ok(Self {
            known: RegexBuilder::new(&all.join("|")).size_limit(PATTERN_BYTES).build()?,
            libraries: Regex::new(LIBRARIES)?,
            engine: Regex::new(ENGINE)?,
            apps: Regex::new(APPS)?,
            in_doubt: Regex::new(IN_DOUBT)?,
        })
    }

    fn is_match(&self, agent: &str) -> bool {
        let sure = self.in_doubt.replace_all(agent, "");
        if self.engine.is_match(agent) {
            self.known.is_match(&self.apps.replace_all(&sure, "$1"))
        } else {
            self.known.is_match(&sure) || self.libraries.is_match(&sure)
        }
    }
}

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
            "WhatsApp/2.23.20.0 A",
            "WhatsApp/2.24.1.0 i",
            "LINE/14.5.0",
            "Instagram",
            "",
        ];
        for agent in programs {
            assert_eq!(Visitor::of(false, agent), Visitor::Program, "{agent}");
        }
    }

    #[test]
    fn libraries_and_tools_are_programs() {
        for agent in [
            "PostmanRuntime/7.43.0",
            "Dart/3.5 (dart:io)",
            "reqwest/0.12.4",
            "undici",
            "node",
            "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
            "axios/1.7.2",
            "okhttp/4.12.0",
            "insomnia/10.1.1",
            "Java/17.0.9",
            "Java-http-client/21.0.2",
            "Go-http-client/2.0",
            "python-requests/2.32",
            "python-httpx/0.27",
            "Python/3.11 aiohttp/3.9.1",
            "curl/8.9.1",
            "Wget/1.21",
            "libwww-perl/6.7",
            "Apache-HttpClient/4.5.13 (Java/11.0.20)",
            "aiohttp/3.1",
            "httpx/0.2",
            "Faraday v2.9.0",
            "GuzzleHttp/7",
            "HTTPie/3.2.2",
            "rest-client/2.1.0 (linux x86_64) ruby/3.2",
            "Ruby",
            "PHP/8.2",
            "Symfony HttpClient/Curl",
            "k6/0.49.0 (https://k6.io/)",
            "Deno/1.40",
            "Bun/1.1.0",
            "RestSharp/106.11.7.0",
            "unirest-java/3.1",
            "ReactorNetty/1.1.0",
            "urllib3/2.0",
            "ktor-client",
            "Dalvik/2.1.0 (Linux; U; Android 13; SM-A1 Build/TP1A)",
            "Thunder Client (https://www.thunderclient.com)",
            "Paw/3.4 (Macintosh; OS X/14.0) GCDHTTPRequest",
            "Mozilla/5.0 (Windows NT 10.0; Microsoft Windows 10.0.19045; en-US) PowerShell/7.4.1",
        ] {
            assert_eq!(Visitor::of(false, agent), Visitor::Program, "{agent}");
        }
    }

    #[test]
    fn the_browsers_of_apps_are_people() {
        let engines = [
            "Mozilla/5.0 (Linux; Android 15; CPH2557 Build/AP3A.240617.008; wv) AppleWebKit/537.36 (KHTML, like Gecko) \
             Version/4.0 Chrome/142.0.7444.142 Mobile Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 26_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
        ];
        let apps = [
            "WhatsApp",
            "WhatsApp/2.24.1.0",
            "Viber",
            "Viber/22.1",
            "Line",
            "Line/14.5.0/IAB",
            "Instagram",
            "Instagram 406.0.0.58.159 Android (35/15; 480dpi)",
            "MetaIAB Facebook",
            "Telegram-Android/10.1",
        ];
        for (engine, app) in engines.iter().flat_map(|engine| apps.map(|app| (engine, app))) {
            let agent = format!("{engine} {app}");
            assert_eq!(Visitor::of(false, &agent), Visitor::Person, "{agent}");
        }
        let crawler = format!("{} (compatible; Googlebot/2.1) WhatsApp", engines[0]);
        assert_eq!(Visitor::of(false, &crawler), Visitor::Program);
    }
}
