//! Whatever renders a comparison or an expectation, tells the same: page, API, CSV, terminal and report.

use std::fmt::Write;

use serde_json::Value;

use crate::support::{Server, World};

const DAYS: &str = "from=2026-10-24&to=2026-11-21";

/// A month and more of traffic whose last weeks are unfinished, with what its ads cost, and reports of it.
fn told_of() -> (World, String) {
    let world = World::new();
    let traffic = world.generate(3000, 8, ["2026-09-01", "2026-11-20"]);
    let settings = world.write(
        "settings.toml",
        "[[reports]]\nname = \"days\"\nby = [\"day\"]\nrange = \"last_28_days\"\nformats = [\"csv\"]\n\
         [[reports]]\nname = \"ads\"\nquestion = \"ads\"\nrange = \"last_28_days\"\nformats = [\"csv\"]\n",
    );
    let settings = settings.to_str().unwrap().to_owned();
    world.succeed(&["--config", &settings, "import", "webhooks", traffic.to_str().unwrap()]);
    let mut spend = "Day,Ad ID,Ad name,Amount spent,Currency\n".to_owned();
    for day in 0..80 {
        let date = jiff::civil::Date::constant(2026, 9, 1)
            .checked_add(jiff::Span::new().days(day))
            .unwrap();
        for ad in ["120211234567890101", "120211234567890102", "120211234567890201"] {
            writeln!(spend, "{date},{ad},Ad {ad},20.00,EUR").unwrap();
        }
    }
    let spend = world.write("spend.csv", spend);
    world.succeed(&["--config", &settings, "import", "spend", spend.to_str().unwrap()]);
    (world, settings)
}

/// The rows of a CSV by their head.
fn rows(csv: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

fn number(cell: &str) -> Option<f64> {
    (!cell.is_empty()).then(|| cell.parse().unwrap())
}

fn alike(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() <= 1e-9 * one.abs().max(1.0),
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// The text of a page without its marks.
fn text(page: &str) -> String {
    let mut text = String::new();
    let mut is_mark = false;
    for letter in page.chars() {
        match letter {
            '<' => is_mark = true,
            '>' => {
                is_mark = false;
                text.push(' ');
            }
            _ if !is_mark => text.push(letter),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A running program, and what renders its answers.
struct Told {
    world: World,
    settings: String,
    server: Server,
}

impl Told {
    async fn get(&self, path: String) -> String {
        let (status, body) = self.server.get(&path).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    fn terminal(&self, args: &[&str]) -> String {
        let args = [&["--config", &self.settings][..], args].concat();
        tokio::task::block_in_place(|| self.world.succeed(&args))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_comparison_is_told_alike_everywhere() {
    let (world, settings) = tokio::task::spawn_blocking(told_of).await.unwrap();
    let server = Server::start(world.command(&["--config", &settings, "serve"]));
    let told = Told { world, settings, server };
    comparisons(&told).await;
    unfinished_days(&told).await;
    expected_costs(&told).await;
}

/// Two periods beside one another, and rows beside the others.
async fn comparisons(told: &Told) {
    let steps = "step=lead&of=opened";
    let page = format!("/funnels?from=2026-11-13&through=2026-11-19&by=source&{steps}");
    let page = text(&told.get(page).await);
    let path = format!(
        "/api/v1/funnels/click-to-messenger/comparison?from=2026-11-13&to=2026-11-20&{steps}"
    );
    for by in ["", "&by=source"] {
        let json = told.server.json(&format!("{path}{by}")).await;
        let csv = rows(&told.get(format!("{path}{by}&format=csv")).await);
        let rows_told = json["rows"].as_array().unwrap();
        assert_eq!(rows_told.len(), csv.len());
        for (row, csv) in rows_told.iter().zip(&csv) {
            let verdict = row["verdict"].as_str().unwrap();
            assert_eq!(csv["verdict"], verdict);
            assert!(page.contains(verdict), "{verdict}\n{page}");
            for (name, of_json) in [
                ("rate", &row["rate"]["rate"]),
                ("other_rate", &row["other_rate"]["rate"]),
                ("p_value", &row["p_value"]),
                ("adjusted_p_value", &row["adjusted_p_value"]),
            ] {
                assert!(alike(number(&csv[name]), of_json.as_f64()), "{name}: {row}");
            }
            let reversed = row["reversed_within"].as_array().unwrap().iter();
            let reversed: Vec<&str> = reversed.filter_map(Value::as_str).collect();
            assert_eq!(csv["reversed_within"], reversed.join(" "));
        }
    }
}

/// What unfinished days come to.
async fn unfinished_days(told: &Told) {
    let days = told.server.json(&format!("/api/v1/funnels/click-to-messenger?{DAYS}&by=day")).await;
    let of_api =
        told.get(format!("/api/v1/funnels/click-to-messenger?{DAYS}&by=day&format=csv")).await;
    let of_terminal = told.terminal(&[
        "funnel",
        "--from",
        "2026-10-24",
        "--to",
        "2026-11-21",
        "--by",
        "day",
        "--format",
        "csv",
    ]);
    let of_report = told.terminal(&[
        "report",
        "run",
        "days",
        "--at",
        "2026-11-21T00:00:00Z",
        "--format",
        "csv",
    ]);
    let [of_api, of_terminal, of_report] = [of_api, of_terminal, of_report].map(|csv| rows(&csv));
    assert_eq!(of_api, of_terminal);
    assert_eq!(of_api, of_report);
    let mut unfinished = 0;
    for row in days["breakdown"].as_array().unwrap() {
        for step in row["steps"].as_array().unwrap() {
            let is_its = |csv: &&std::collections::BTreeMap<String, String>| {
                csv["day"] == row["by"]["day"] && csv["step"] == step["name"]
            };
            let csv = of_api.iter().find(is_its).unwrap();
            for name in ["matured_share", "expected", "low", "high"] {
                assert!(alike(number(&csv[name]), step[name].as_f64()), "{name}: {row}");
            }
            unfinished +=
                usize::from(step["matured_share"].as_f64().is_some_and(|share| share < 0.99));
        }
    }
    assert!(unfinished > 2, "{unfinished}");
}

/// What ads come to: so far and expected, never one in the place of the other.
async fn expected_costs(told: &Told) {
    let ads = told.server.json(&format!("/api/v1/ads?{DAYS}&by=ad")).await;
    let of_api = told.get(format!("/api/v1/ads?{DAYS}&by=ad&format=csv")).await;
    let of_terminal = told.terminal(&[
        "ads",
        "--from",
        "2026-10-24",
        "--to",
        "2026-11-21",
        "--by",
        "ad",
        "--format",
        "csv",
    ]);
    let of_report =
        told.terminal(&["report", "run", "ads", "--at", "2026-11-21T00:00:00Z", "--format", "csv"]);
    let [of_api, of_terminal, of_report] = [of_api, of_terminal, of_report].map(|csv| rows(&csv));
    assert_eq!(of_api, of_terminal);
    assert_eq!(of_api, of_report);
    for row in ads["rows"].as_array().unwrap() {
        let csv = of_api.iter().find(|csv| csv["id"] == row["id"]).unwrap();
        for step in row["steps"].as_array().unwrap() {
            let name = step["name"].as_str().unwrap();
            let (cost, expected) = (&step["cost"]["value"], &step["expected_cost"]["value"]);
            assert!(alike(number(&csv[&format!("cost_per_{name}")]), cost.as_f64()), "{row}");
            let of_csv = number(&csv[&format!("expected_cost_per_{name}")]);
            assert!(alike(of_csv, expected.as_f64()), "{row}");
            assert!(alike(
                number(&csv[&format!("matured_share_{name}")]),
                step["matured_share"].as_f64()
            ));
            let Some((cost, expected)) = cost.as_f64().zip(expected.as_f64()) else { continue };
            // More come, so each costs less.
            assert!(expected <= cost + 1e-9, "{row}");
        }
        let of_csv = number(&csv["expected_roas"]);
        assert!(alike(of_csv, row["expected_roas"]["value"].as_f64()), "{row}");
    }
    // Of the last days more is to come, and the page tells it beside what there is so far.
    let late = told.server.json("/api/v1/ads?from=2026-11-11&to=2026-11-21&by=ad").await;
    let page = "/ads?from=2026-11-11&through=2026-11-20&by=ad".to_owned();
    let page = text(&told.get(page).await);
    let mut expected_ones = 0;
    for step in
        late["rows"].as_array().unwrap().iter().flat_map(|row| row["steps"].as_array().unwrap())
    {
        let expected =
            step["expected_cost"]["value"].as_f64().filter(|cost| (1.0..1000.0).contains(cost));
        let is_late = step["matured_share"].as_f64().is_some_and(|part| part < 0.97);
        if let Some(expected) = expected.filter(|_| is_late) {
            assert!(page.contains(&format!("expected {expected:.2}")), "{expected}\n{page}");
            expected_ones += 1;
        }
    }
    assert!(expected_ones > 0, "{page}");
}
