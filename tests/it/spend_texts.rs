//! Files of spend as spreadsheets write them, and in languages of which no names of columns are known.

use crate::spend_files::{days, import, sums, told};
use crate::support::World;

/// Ids as Excel is told to show them are read digit by digit; headers in languages of which no names are known are refused
/// with what to do.
#[tokio::test]
async fn ids_as_texts_of_excel_are_read_and_unknown_headers_refused_with_the_remedy() {
    let world = World::bare();
    let files = [
        (
            "quoted.csv",
            "Day,Ad name,Ad ID,Impressions,Link clicks,Amount spent (EUR)\n\
             2026-11-20,Blue,\"=\"\"120211000000000001\"\"\",1200,31,12.34\n",
        ),
        (
            "bare.csv",
            "Day;Ad name;Ad ID;Impressions;Amount spent (EUR)\n2026-11-21;Blue;=\"120211000000000001\";7;1,50\n",
        ),
    ];
    import(&world, &files, &[]);
    let known = sums(&days(&world).await);
    let id = "120211000000000001";
    assert_eq!(known, [told(id, "2026-11-20", "12.34 EUR"), told(id, "2026-11-21", "1.5 EUR")]);
    for header in [
        "日,広告の名前,広告ID,インプレッション,消化金額 (JPY)",
        "Giorno,Nome inserzione,ID inserzione,Impression,Importo speso (EUR)",
    ] {
        let text = format!("{header}\n2026-11-20,Blue,{id},\"1,200\",\"12,345\"\n");
        let path = world.write("other.csv", &text);
        let output = world.run(&["import", "spend", path.to_str().unwrap()]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{said}");
        assert!(said.contains("--column") && said.contains("ad_id"), "{said}");
    }
    assert_eq!(sums(&days(&world).await), known);
}
