//! Currencies, and the signs by which they are written.

/// ISO 4217, with those that were withdrawn since 2004, when Facebook was founded; sorted.
const CURRENCIES: [&str; 193] = [
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZM", "AZN", "BAM", "BBD",
    "BDT", "BGN", "BHD", "BIF", "BMD", "BND", "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN",
    "BYR", "BZD", "CAD", "CDF", "CHE", "CHF", "CHW", "CLF", "CLP", "CNY", "COP", "COU", "CRC",
    "CSD", "CUC", "CUP", "CVE", "CYP", "CZK", "DJF", "DKK", "DOP", "DZD", "EEK", "EGP", "ERN",
    "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHC", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD",
    "HKD", "HNL", "HRK", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD", "JOD",
    "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP", "LKR",
    "LRD", "LSL", "LTL", "LVL", "LYD", "MAD", "MDL", "MGA", "MGF", "MKD", "MMK", "MNT", "MOP",
    "MRO", "MRU", "MTL", "MUR", "MVR", "MWK", "MXN", "MXV", "MYR", "MZM", "MZN", "NAD", "NGN",
    "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR",
    "ROL", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDD", "SDG", "SEK", "SGD", "SHP",
    "SIT", "SKK", "SLE", "SLL", "SOS", "SRD", "SRG", "SSP", "STD", "STN", "SVC", "SYP", "SZL",
    "THB", "TJS", "TMM", "TMT", "TND", "TOP", "TRL", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX",
    "USD", "USN", "UYI", "UYU", "UYW", "UZS", "VEB", "VED", "VEF", "VES", "VND", "VUV", "WST",
    "XAF", "XCD", "XCG", "XOF", "XPF", "YER", "ZAR", "ZMK", "ZMW", "ZWG", "ZWL",
];

/// Currencies whose amounts have no decimals: by ISO 4217, or as Meta counts them (Marketing API, currency codes: offset 1).
const WHOLE: [&str; 20] = [
    "BIF", "CLP", "COP", "CRC", "DJF", "GNF", "HUF", "IDR", "ISK", "JPY", "KMF", "KRW", "PYG",
    "RWF", "TWD", "UGX", "VND", "VUV", "XAF", "XOF",
];

/// Dollars and pesos, which share a sign.
const DOLLARS: [&str; 32] = [
    "USD", "ARS", "AUD", "BBD", "BMD", "BND", "BSD", "BZD", "CAD", "CLP", "COP", "CUP", "CVE",
    "DOP", "FJD", "GYD", "HKD", "JMD", "KYD", "LRD", "MOP", "MXN", "NAD", "NIO", "NZD", "SBD",
    "SGD", "SRD", "TTD", "TWD", "UYU", "XCD",
];

/// Signs in small letters, and whose each may be.
const SIGNS: [(&str, &[&str]); 57] = [
    ("us$", &["USD"]),
    ("au$", &["AUD"]),
    ("ca$", &["CAD"]),
    ("nz$", &["NZD"]),
    ("hk$", &["HKD"]),
    ("mx$", &["MXN"]),
    ("nt$", &["TWD"]),
    ("a$", &["AUD"]),
    ("c$", &["CAD", "NIO"]),
    ("s$", &["SGD"]),
    ("r$", &["BRL"]),
    ("$", &DOLLARS),
    ("€", &["EUR"]),
    ("£", &["GBP", "EGP", "FKP", "GIP", "LBP", "SHP", "SSP", "SYP"]),
    ("¥", &["JPY", "CNY"]),
    ("￥", &["JPY", "CNY"]),
    ("円", &["JPY"]),
    ("元", &["CNY", "HKD", "TWD"]),
    ("원", &["KRW"]),
    ("₩", &["KRW", "KPW"]),
    ("₹", &["INR"]),
    ("₺", &["TRY"]),
    ("₽", &["RUB"]),
    ("₴", &["UAH"]),
    ("₪", &["ILS"]),
    ("₫", &["VND"]),
    ("đ", &["VND"]),
    ("฿", &["THB"]),
    ("₱", &["PHP"]),
    ("₦", &["NGN"]),
    ("₸", &["KZT"]),
    ("₾", &["GEL"]),
    ("₼", &["AZN"]),
    ("₲", &["PYG"]),
    ("₡", &["CRC", "SVC"]),
    ("₵", &["GHS"]),
    ("৳", &["BDT"]),
    ("zł", &["PLN"]),
    ("kč", &["CZK"]),
    ("ft", &["HUF"]),
    ("lei", &["RON", "MDL"]),
    ("лв.", &["BGN", "KGS"]),
    ("лв", &["BGN", "KGS"]),
    ("руб.", &["RUB", "BYN"]),
    ("руб", &["RUB", "BYN"]),
    ("грн.", &["UAH"]),
    ("грн", &["UAH"]),
    ("kr.", &["SEK", "NOK", "DKK", "ISK"]),
    ("kr", &["SEK", "NOK", "DKK", "ISK"]),
    ("sfr.", &["CHF"]),
    ("fr.", &["CHF", "XAF", "XOF", "XPF"]),
    ("rs.", &["INR", "LKR", "MUR", "NPR", "PKR", "SCR"]),
    ("rs", &["INR", "LKR", "MUR", "NPR", "PKR", "SCR"]),
    ("rm", &["MYR"]),
    ("rp", &["IDR"]),
    ("s/", &["PEN"]),
    ("s/.", &["PEN"]),
];

/// Whether a text is the ISO 4217 code of a currency that there is or was, such as EUR.
#[must_use]
pub fn is_currency(code: &str) -> bool {
    CURRENCIES.binary_search(&code).is_ok()
}

/// Whether nobody writes three decimals behind an amount of this currency, as it has none.
pub(super) fn is_whole(code: &str) -> bool {
    WHOLE.binary_search(&code).is_ok()
}

/// The currencies that a word or sign may stand for, if it stands for any.
fn meant(word: &str) -> Option<&'static [&'static str]> {
    let code = CURRENCIES.binary_search(&word.to_ascii_uppercase().as_str()).ok();
    let own = code.map(|place| std::slice::from_ref(&CURRENCIES[place]));
    let sign = || SIGNS.iter().find(|(sign, _)| *sign == word.to_lowercase());
    own.or_else(|| sign().map(|(_, meant)| *meant))
}

/// Takes a currency off a text's beginning or end: what is left, and which it may be.
pub(super) fn without_currency(text: &str) -> Option<(&str, &'static [&'static str])> {
    let places: Vec<usize> =
        text.char_indices().map(|(place, _)| place).chain([text.len()]).collect();
    let is_letter = |letter: Option<char>| letter.is_some_and(char::is_alphabetic);
    // No sign is longer than four letters; a longer one may hold a shorter one.
    (1..=4.min(places.len() - 1)).rev().find_map(|length| {
        let (word, rest) = text.split_at(places[length]);
        let is_whole = !is_letter(word.chars().last()) || !is_letter(rest.chars().next());
        let first = meant(word).filter(|_| is_whole).map(|meant| (rest, meant));
        let (rest, word) = text.split_at(places[places.len() - 1 - length]);
        let is_whole = !is_letter(rest.chars().last()) || !is_letter(word.chars().next());
        first.or_else(|| meant(word).filter(|_| is_whole).map(|meant| (rest, meant)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_and_signs_are_what_they_may_be() {
        assert!(CURRENCIES.is_sorted() && WHOLE.is_sorted());
        assert!(WHOLE.iter().all(|code| is_currency(code)) && !is_whole("EUR"));
        for (code, is_one) in
            [("EUR", true), ("HRK", true), ("EUX", false), ("eur", false), ("", false)]
        {
            assert_eq!(is_currency(code), is_one, "{code}");
        }
        for (sign, codes) in SIGNS {
            assert!(codes.iter().all(|code| is_currency(code)), "{sign}");
            assert!(sign.chars().count() <= 4 && sign == sign.to_lowercase(), "{sign}");
            assert_eq!(without_currency(&format!("{sign}5")).unwrap(), ("5", codes));
            assert_eq!(without_currency(&format!("5{}", sign.to_uppercase())).unwrap().0, "5");
        }
        assert_eq!(without_currency("chf 5"), Some((" 5", &["CHF"][..])));
        for none in ["5", "", "EURO 5", "XYZ 5", "5 krona", "a5"] {
            assert_eq!(without_currency(none), None, "{none}");
        }
    }
}
