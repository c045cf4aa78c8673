//! A headless Chromium behind a chromedriver of its own.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A browser; closed and its driver ended when dropped.
pub struct Browser {
    pub client: Client,
    driver: Child,
    _profile: TempDir,
}

impl Browser {
    /// A window of this size; `scheme` is `light` or `dark`.
    pub async fn open(width: u32, height: u32, scheme: &str) -> Self {
        // It takes a port that was free for IPv4, and ends if another process has it for IPv6.
        let (driver, port) = (0..10)
            .find_map(|_| start_driver())
            .expect("chromedriver ended ten times before it listened");
        let profile = TempDir::new().unwrap();
        let mut arguments = vec![
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-quic".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--hide-scrollbars".to_owned(),
            format!("--window-size={width},{height}"),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        if scheme == "dark" {
            arguments.push("--blink-settings=preferredColorScheme=0".to_owned());
        }
        let capabilities = json!({
            "goog:chromeOptions": {
                "args": arguments,
                // A window cannot be narrower than 500 pixels; a phone's screen can.
                "mobileEmulation": {
                    "deviceMetrics": { "width": width, "height": height, "pixelRatio": 1.0 },
                },
            },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else { unreachable!() };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap();
        Self { client, driver, _profile: profile }
    }

    /// The text of an element.
    pub async fn text(&self, selector: &str) -> String {
        let element = self.client.find(fantoccini::Locator::Css(selector)).await;
        element.unwrap_or_else(|error| panic!("{selector}: {error}")).text().await.unwrap()
    }

    /// The number in an element, whatever separates its thousands.
    pub async fn number(&self, selector: &str) -> u64 {
        let text = self.text(selector).await;
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        digits.parse().unwrap_or_else(|_| panic!("{selector} holds {text:?}"))
    }

    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap()
    }

    /// Whether the page is wider than the screen, which a phone would have to scroll.
    pub async fn overflows(&self) -> bool {
        let script = "return document.documentElement.scrollWidth > window.innerWidth";
        self.run(script).await.as_bool().unwrap()
    }

    /// Saves what the window shows, at the page's full height.
    pub async fn screenshot(&self, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let png = self.client.screenshot().await.unwrap();
        std::fs::write(folder.join(format!("{name}.png")), png).unwrap();
    }
}

fn start_driver() -> Option<(Child, String)> {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // Its browser, and the browser's many processes, are ended with it as one group.
        .process_group(0)
        .spawn()
        .expect("chromedriver is missing: install Debian's chromium and chromium-driver");
    let lines = BufReader::new(driver.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut said = Vec::new();
    for line in lines {
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            let port = port.trim_end_matches('.').to_owned();
            return Some((driver, port));
        }
        said.push(line);
    }
    driver.wait().ok();
    eprintln!("chromedriver ended: {}", said.join("; "));
    None
}

impl Drop for Browser {
    fn drop(&mut self) {
        crate::support::signal_group(self.driver.id(), libc::SIGKILL);
        self.driver.wait().ok();
    }
}
