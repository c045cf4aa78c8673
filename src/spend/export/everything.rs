//! The words by which exports call everything together.

/// How exports call everything together, besides an empty cell and a dash.
const EVERYTHING: [&str; 43] = [
    "-",
    "–",
    "—",
    "n/a",
    "all",
    "total",
    "totals",
    "overall",
    "tous",
    "toutes",
    "tout",
    "alle",
    "gesamt",
    "insgesamt",
    "todos",
    "todas",
    "todo",
    "tudo",
    "totale",
    "tutti",
    "tutte",
    "totaal",
    "alles",
    "wszystkie",
    "wszystko",
    "razem",
    "łącznie",
    "suma",
    "все",
    "всего",
    "итого",
    "tümü",
    "toplam",
    "alla",
    "totalt",
    "celkem",
    "összesen",
    "すべて",
    "合計",
    "全部",
    "总计",
    "전체",
    "합계",
];

/// How the row of totals is called where names stand, in small letters: what ads there are, and how many.
const RESULTS_FROM: [&str; 6] = [
    "results from ",
    "résultats de ",
    "résultats pour ",
    "ergebnisse von ",
    "ergebnisse aus ",
    "resultados de ",
];

/// A breakdown's text; `None` if it is everything together.
pub(super) fn mark(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && !is_everything(text)).then(|| text.to_owned())
}

/// Whether a text is a word for everything together.
pub(super) fn is_everything(text: &str) -> bool {
    EVERYTHING.contains(&text.trim().to_lowercase().as_str())
}

/// Whether this stands for an ad's name in a row of totals.
pub(super) fn is_name_of_totals(name: &str) -> bool {
    let name = name.to_lowercase();
    let counts = |start: &str| {
        let rest = name.strip_prefix(start);
        rest.is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
    };
    is_everything(&name) || name.starts_with("total") || RESULTS_FROM.into_iter().any(counts)
}
