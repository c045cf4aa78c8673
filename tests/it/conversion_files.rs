//! Files of conversions as shops of many countries write them: amounts, times and letters are read as they are meant, or
//! told by line and column; the other rows are imported.

use serde_json::Value;

use crate::support::World;

const HEAD: &str = "id;name;time;value;currency;page;person\r\n";

fn bought(world: &World) -> (f64, f64) {
    let range = ["--from", "2026-11-19", "--to", "2026-11-23", "--conversion", "purchase"];
    let report = world.json(&[&["attribution", "--format", "json"], &range[..]].concat());
    let sum = |key: &str| {
        let rows = report["channels"].as_array().unwrap();
        rows.iter().filter_map(|row| row[key].as_f64()).sum::<f64>()
    };
    assert_ne!(report["total_conversions"], Value::Null);
    (report["total_conversions"].as_f64().unwrap(), sum("value"))
}

fn wide(text: &str) -> Vec<u8> {
    format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn amounts_and_times_are_read_as_the_file_writes_them() {
    let world = World::new().with("time_zone", "Europe/Berlin");
    let import = |name: &str, bytes: &[u8], more: &[&str]| {
        let path = world.write(name, bytes);
        let path = path.to_str().unwrap();
        let output = world.run(&[&["import", "conversions", path], more].concat());
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let rows = [
        ("20.11.2026 14:05", "1.234,50", "EUR", ""),
        ("20.11.2026", "1.500", "eur", ""),
        ("11/20/2026 2:05 PM", "49,90 €", "EUR", ""),
        ("2026-11-20T14:05", "EUR\u{a0}0,60", "", ""),
        ("20.11.2026", "1,500", "jpy", ""),
        ("20.11.2026", "12\u{2019}34", "EUR", "value: \"12\u{2019}34\" is no amount: its digits"),
        ("20.11.2026", "5,00 $", "EUR", "value: the amount's sign is not that of EUR"),
        ("20.11.2026", "USD 5", "EUR", "value: the amount says USD, the currency is EUR"),
        ("20.11.2026", "$5", "", "value: the amount's sign may be USD, ARS"),
        ("20.11.2026", "(12,00)", "EUR", "value: \"(12,00)\" is negative: a refund is the same"),
        ("20.11.2026", "5,00", "EUX", "currency: \"EUX\" is none such as EUR"),
        ("11/21/26", "5,00", "EUR", "time: \"11/21/26\" has a year of two digits"),
        ("20.11.2026 25:00", "5,00", "EUR", "time: it is no time such as"),
    ];
    let row = |(at, (time, value, currency, _)): (usize, &(&str, &str, &str, &str))| {
        format!("{at};purchase;{time};{value};{currency};77;ann\r\n")
    };
    let text = HEAD.to_owned() + &rows.iter().enumerate().map(row).collect::<String>();
    // Excel's Unicode text.
    let (code, errors) = import("sales.txt", &wide(&text.replace(';', "\t")), &[]);
    assert_eq!(code, Some(1), "{errors}");
    for (line, (.., told)) in (2..).zip(&rows) {
        let place = format!("sales.txt, line {line}: ");
        match *told {
            "" => assert!(!errors.contains(&place), "{place}{errors}"),
            told => assert!(errors.contains(&format!("{place}{told}")), "{place}{told}: {errors}"),
        }
    }
    assert_eq!(bought(&world), (5.0, 4285.0));

    // Nothing else of the file tells what its mark and its months are.
    let open = format!(
        "{HEAD}A;purchase;10/11/2026;1.500;EUR;77;ann\r\nB;purchase;20.11.2026;7;EUR;77;ann\r\n"
    );
    let (_, errors) = import("open.csv", open.as_bytes(), &[]);
    let told = "open.csv, line 2: time: it may be 2026-11-10 or 2026-10-11, and no other date";
    assert!(errors.contains(told), "{errors}");
    let told = "value: \"1.500\" may be thousands or decimals, 1500 or 1.500, and no other amount of the file tells \
                which: say it, --decimal-mark comma";
    assert!(errors.contains(told), "{errors}");
    assert_eq!(bought(&world), (6.0, 4292.0));
    let said = open.replace("10/11/2026", "2026-11-20").replace("\r\n", "\r");
    assert_eq!(import("said.csv", said.as_bytes(), &["--decimal-mark", "comma"]).0, Some(0));
    assert_eq!(bought(&world), (7.0, 5792.0));

    let latin = b"id;name;time\r\n1;lead;20.11.2026\r\n2;caf\xe9;20.11.2026\r\n";
    let (code, errors) = import("latin.csv", latin, &[]);
    assert_eq!(code, Some(1));
    assert!(
        errors.contains("latin.csv: line 3, letter 6: it is neither UTF-8 nor UTF-16"),
        "{errors}"
    );
}
