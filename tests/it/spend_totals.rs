//! Exports of ads with breakdowns, with and without rows of totals at any level and in any order: an ad's day counts once,
//! or the file is refused.

use messenger_funnel::spend::export::read;
use proptest::prelude::*;
use proptest::sample::{Index, Selector};
use rust_decimal::Decimal;

const HEAD: &str = "Day,Ad ID";

/// What a day cost and how often it was shown, or why nobody knows.
fn figures(text: &str) -> Result<(Decimal, Option<u64>), String> {
    let export = read(text.as_bytes(), &[], None, None).map_err(|error| format!("{error:#}"))?;
    let spend = export.days.iter().map(|day| day.spend).sum();
    let shown = export.days.iter().map(|day| day.impressions).sum::<Option<u64>>();
    Ok((spend, shown))
}

fn table(columns: &str, rows: &[&str]) -> String {
    let rows = rows.iter().map(|row| format!("2026-11-20,1,{row}\n"));
    format!("{HEAD},{columns},Impressions,Amount spent (EUR)\n{}", rows.collect::<String>())
}

#[test]
fn a_sum_beside_parts_that_are_not_all_there_is_refused() {
    for (columns, rows, told) in [
        // One part alone, and parts that do not add up to it.
        (
            "Product ID",
            &[",7,30", "88001,4,12"][..],
            "line 2: ad 1, 2026-11-20 costs 30 here and 12 in the rows",
        ),
        (
            "Hour of day",
            &["0,4,10", "1,2,15", ",7,30"],
            "line 4: ad 1, 2026-11-20 costs 30 here and 25 in the rows",
        ),
        (
            "Age",
            &["All,7,30", "18-24,4,10", "25-34,2,15"],
            "line 2: ad 1, 2026-11-20 costs 30 here and 25",
        ),
        // Nothing but figures tells them apart.
        ("Reach", &["5,7,30", "3,4,12", "3,3,18"], "line 3: ad 1, 2026-11-20 is in line 2 already"),
        (
            "Results",
            &[",7,30", "1,4,12"],
            "is in line 2 already, and no text tells the two rows apart",
        ),
        // By age, and by gender: each is everything.
        (
            "Age,Gender",
            &["18-24,,4,10", "25-34,,3,20", ",male,5,12", ",female,2,18"],
            "rows are missing",
        ),
        // A text of which nobody knows whether it breaks the day down.
        (
            "Age,Esito",
            &[",vari,7,30", "18-24,click,4,12", "25-34,click,3,18"],
            "line 2: ad 1, 2026-11-20: it may be the sum of line 3",
        ),
    ] {
        let text = table(columns, rows);
        let error = figures(&text).unwrap_err();
        assert!(error.contains(told), "{text}{error}");
    }
    let text = "Day,Ad ID,Platform,Currency,Amount spent\n2026-11-20,1,,USD,30\n2026-11-20,1,facebook,EUR,30\n";
    assert!(figures(text).unwrap_err().contains("costs 30 EUR here, and 30 USD in line 2"));
    let text = "Day,Ad ID,Ad name,Campaign name,Amount spent (EUR)\n2026-11-20,1,Blue,Autumn,3\n2026-11-20,,,Winter,9\n";
    assert!(
        figures(text)
            .unwrap_err()
            .starts_with("line 3: it is of the campaign \"Winter\", of whose ads")
    );
}

#[test]
fn a_sum_counts_once_however_it_is_marked() {
    for (columns, rows) in [
        ("Product ID", &[",7,30", "88001,7,30"][..]),
        ("ID prodotto", &["1,3,10", "2,4,20", "—,7,30"]),
        ("Hour of day", &["0,4,10", "1,3,20"]),
        (
            "Age,Gender",
            &["Gesamt,Gesamt,7,30", "18-24,male,3,10", "18-24,female,4,20", "18-24,Alle,7,30"],
        ),
        ("Age,Result indicator", &[",mixed,7,30", "18-24,click,4,12", "25-34,reply,3,18"]),
        ("Age,CTR (all)", &[",1.5%,7,30", "18-24,1.25%,4,12", "25-34,2%,3,18"]),
        // Nothing came of it in Belgium.
        ("Country,Result indicator", &["FR,click,4,12", "BE,,3,18"]),
        ("Paese,Esito", &["FR,click,4,18", "BE,,3,12"]),
    ] {
        let text = table(columns, rows);
        assert_eq!(figures(&text), Ok((Decimal::from(30), Some(7))), "{text}");
    }
    // The sum of the file tells that both rows count.
    let (head, rows) = (
        format!("{HEAD},Impressions,Amount spent (EUR)\n"),
        "2026-11-20,1,4,12\n2026-11-20,1,3,18\n",
    );
    assert_eq!(figures(&format!("{head},,7,30\n{rows}")), Ok((Decimal::from(30), Some(7))));
    assert!(
        figures(&format!("{head},,4,30\n{rows}")).unwrap_err().contains("is in line 3 already")
    );
    // Rows of campaigns, and of all ads.
    let text = "Day,Ad ID,Ad name,Campaign name,Amount spent (EUR)\n2026-11-20,1,Blue,Autumn,3\n2026-11-20,,,Autumn,3\n\
                Total,Total,Results from 1 ads,,3\n,,Résultats de 1 publicité,,3\n2026-11-20,,,Winter,0\n";
    assert_eq!(figures(text), Ok((Decimal::from(3), None)));
}

#[derive(Debug, Clone)]
struct Table {
    text: String,
    /// What the day cost and how often the ad was shown.
    truth: (Decimal, u64),
    /// Whether rows are left out of which a row of totals knows.
    lacks: bool,
}

const AGES: [&str; 3] = ["18-24", "25-34", "65+"];
const OTHERS: [(&str, [&str; 3]); 4] = [
    ("Gender", ["male", "female", "unknown"]),
    ("Product ID", ["88001", "88002", "88003"]),
    ("Hour of day", ["0", "1", "23"]),
    ("Reparto", ["scarpe", "borse", "altro"]),
];

/// Age, another breakdown, cents, impressions.
type Leaf<'a> = (&'a str, &'a str, i64, u64);

prop_compose! {
    /// Every pair of an age and something else, sums of each, of all, or of none, in any order.
    fn tables()(
        (name, values) in prop::sample::select(OTHERS.to_vec()),
        ages in 1..=3_usize,
        others in 1..=3_usize,
        cents in prop::collection::vec(100..100_000_i64, 9),
        shown in prop::collection::vec(1..1000_u64, 9),
        of_all: bool,
        of_ages: bool,
        of_others: bool,
        lacking in prop::option::weighted(0.4, any::<Index>()),
        everything in prop::sample::select(vec!["", "All", "Gesamt", "-", "合計"]),
        has_delivery: bool,
        order in any::<Selector>(),
    ) -> Table {
        let mut leaves: Vec<Leaf<'_>> = Vec::new();
        for (age, name) in AGES.iter().enumerate().take(ages) {
            for (other, value) in values.iter().enumerate().take(others) {
                let place = age * 3 + other;
                leaves.push((name, value, cents[place], shown[place]));
            }
        }
        let sum = |wanted: &dyn Fn(&Leaf<'_>) -> bool| {
            let own = leaves.iter().filter(|leaf| wanted(leaf));
            own.fold((0, 0), |sum, leaf| (sum.0 + leaf.2, sum.1 + leaf.3))
        };
        let truth = sum(&|_| true);
        let delivery = |total: bool| if has_delivery && total { "active" } else { "" };
        let row = |age: &str, other: &str, (cents, shown): (i64, u64), total: bool| {
            let spend = Decimal::new(cents, 2);
            format!("2026-11-20,1,{},{age},{other},{shown},{spend}\n", delivery(total))
        };
        let mut rows = Vec::new();
        if of_all {
            rows.push(row(everything, everything, truth, true));
        }
        for age in AGES.iter().take(ages).filter(|_| of_ages) {
            rows.push(row(age, everything, sum(&|leaf| leaf.0 == *age), true));
        }
        for other in values.iter().take(others).filter(|_| of_others) {
            rows.push(row(everything, other, sum(&|leaf| leaf.1 == *other), true));
        }
        let has_totals = !rows.is_empty();
        let mut kept = leaves.clone();
        let left_out = lacking.map(|lacking| kept.remove(lacking.index(kept.len())));
        rows.extend(kept.iter().map(|leaf| row(leaf.0, leaf.1, (leaf.2, leaf.3), false)));
        let truth = match left_out {
            Some(left_out) if !has_totals => (truth.0 - left_out.2, truth.1 - left_out.3),
            _ => truth,
        };
        let mut shuffled = Vec::new();
        while !rows.is_empty() {
            let at = order.select(0..rows.len());
            shuffled.push(rows.remove(at));
        }
        let text = format!(
            "Day,Ad ID,Ad delivery,Age,{name},Impressions,Amount spent (EUR)\n{}",
            shuffled.concat()
        );
        let lacks = left_out.is_some() && has_totals;
        Table { text, truth: (Decimal::new(truth.0, 2), truth.1), lacks }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_day_counts_once_or_the_file_is_refused(table in tables()) {
        let (spend, shown) = table.truth;
        match figures(&table.text) {
            Ok(found) => prop_assert_eq!(found, (spend, Some(shown)), "{}", table.text),
            // One in which everything stands is always understood; an empty one holds nothing.
            Err(error) => {
                let is_empty = error.starts_with("there is no day of an ad");
                prop_assert!(table.lacks || is_empty, "{}{}", table.text, error);
            }
        }
    }
}
