//! Small numbers read as such: no share of fewer than a hundred has a decimal, on any page, in any table.

use regex::Regex;

use crate::every_page::pages;
use crate::support::World;

/// Shares with a decimal in a text.
fn too_exact(text: &str) -> Vec<String> {
    let share = Regex::new(r"[^<>\n]{0,60}\d[.,]\d+[\s\u{a0}\u{202f}]*%[^<>\n]{0,30}").unwrap();
    share.find_iter(text).map(|found| found.as_str().trim().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_share_of_a_few_has_a_decimal() {
    let world = World::new();
    tokio::task::block_in_place(|| world.fill(25, 5, ["2026-10-25", "2026-11-20"]));
    let tables: Vec<String> = tokio::task::block_in_place(|| {
        let range = ["--from", "2026-10-25", "--to", "2026-11-20"];
        let by = [vec!["funnel"], vec!["funnel", "--by", "source"], vec!["attribution"]];
        by.iter().map(|one| world.succeed(&[&one[..], &range[..]].concat())).collect()
    });
    for table in tables {
        assert!(table.contains('%') || table.contains("lead"), "{table}");
        assert_eq!(too_exact(&table), [""; 0]);
    }
    let server = world.serve();
    let plain = Regex::new(r"(?s)<style.*?</style>|<script.*?</script>").unwrap();
    let any = Regex::new(r"\d\s*%").unwrap();
    let mut shares = 0;
    for page in pages(&server).await {
        let dates = "from=2026-10-25&through=2026-11-19";
        let asked = match page.split_once('?') {
            Some((path, rest)) if rest.contains("from=") => format!("{path}?{rest}"),
            Some((path, rest)) => format!("{path}?{rest}&{dates}"),
            None => format!("{page}?{dates}"),
        };
        let (_, html) = server.get(&asked).await;
        // What is drawn has no shares of its own; style and script have numbers.
        let html = plain.replace_all(&html, "").replace("style=", "\nstyle=");
        shares += any.find_iter(&html).count();
        assert_eq!(too_exact(&html), [""; 0], "{asked}");
    }
    // Else there was nothing to see.
    assert!(shares > 50, "{shares}");
}
