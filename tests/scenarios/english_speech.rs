//! English values become the words and recordings that a person would use.

use ringwise::vocabulary::language::Language;

use crate::spoken_table::check;

/// Value, words, fragments.
const NUMBERS: &[[&str; 3]] = &[
    ["number 0", "zero", "number.0"],
    ["number 1", "one", "number.1"],
    ["number 2", "two", "number.2"],
    ["number 10", "ten", "number.10"],
    ["number 12", "twelve", "number.12"],
    ["number 20", "twenty", "number.20"],
    ["number 21", "twenty-one", "number.21"],
    ["number 99", "ninety-nine", "number.99"],
    ["number 100", "one hundred", "number.100"],
    [
        "number 101",
        "one hundred and one",
        "number.100 number.and number.1",
    ],
    [
        "number 110",
        "one hundred and ten",
        "number.100 number.and number.10",
    ],
    [
        "number 345",
        "three hundred and forty-five",
        "number.300 number.and number.45",
    ],
    ["number 1000", "one thousand", "number.1000"],
    [
        "number 1001",
        "one thousand and one",
        "number.1000 number.and number.1",
    ],
    [
        "number 2026",
        "two thousand and twenty-six",
        "number.2000 number.and number.26",
    ],
    [
        "number 1100",
        "one thousand one hundred",
        "number.1000 number.100",
    ],
    [
        "number 9999",
        "nine thousand nine hundred and ninety-nine",
        "number.9000 number.900 number.and number.99",
    ],
    [
        "number 12000",
        "twelve thousand",
        "number.12 number.thousand",
    ],
    [
        "number 12345",
        "twelve thousand three hundred and forty-five",
        "number.12 number.thousand number.300 number.and number.45",
    ],
    [
        "number 101000",
        "one hundred and one thousand",
        "number.100 number.and number.1 number.thousand",
    ],
    ["number 1000000", "one million", "number.1 number.million"],
    [
        "number 1000001",
        "one million and one",
        "number.1 number.million number.and number.1",
    ],
    [
        "number 2001000",
        "two million one thousand",
        "number.2 number.million number.1000",
    ],
    [
        "number 1000000000",
        "one billion",
        "number.1 number.billion",
    ],
    [
        "number 1000000000000",
        "one zero zero zero zero zero zero zero zero zero zero zero zero",
        "digit.1 digit.0 digit.0 digit.0 digit.0 digit.0 digit.0 digit.0 digit.0 digit.0 \
                 digit.0 digit.0 digit.0",
    ],
    ["number -7", "minus seven", "number.minus number.7"],
];

#[test]
fn english_numbers_are_said_with_and() {
    check(Language::English, NUMBERS);
}

/// Value, words, fragments.
const MONEY: &[[&str; 3]] = &[
    [
        "money USD 0.00",
        "zero dollars",
        "number.0 currency.USD.many",
    ],
    [
        "money USD 0.01",
        "one cent",
        "number.1 currency.USD.minor.one",
    ],
    [
        "money USD 0.50",
        "fifty cents",
        "number.50 currency.USD.minor.many",
    ],
    ["money USD 1.00", "one dollar", "number.1 currency.USD.one"],
    [
        "money USD 1.01",
        "one dollar and one cent",
        "number.1 currency.USD.one number.and number.1 currency.USD.minor.one",
    ],
    [
        "money USD 12.05",
        "twelve dollars and five cents",
        "number.12 currency.USD.many number.and number.5 currency.USD.minor.many",
    ],
    [
        "money USD -3.00",
        "minus three dollars",
        "number.minus number.3 currency.USD.many",
    ],
    [
        "money CNY 845.00",
        "eight hundred and forty-five yuan",
        "number.800 number.and number.45 currency.CNY.many",
    ],
    ["money CNY 1.00", "one yuan", "number.1 currency.CNY.one"],
    [
        "money CNY 0.50",
        "zero point five yuan",
        "number.0 number.point digit.5 currency.CNY.many",
    ],
    [
        "money CNY 12.05",
        "twelve point zero five yuan",
        "number.12 number.point digit.0 digit.5 currency.CNY.many",
    ],
    ["money EUR 1.00", "one euro", "number.1 currency.EUR.one"],
    [
        "money EUR 20.99",
        "twenty euros and ninety-nine cents",
        "number.20 currency.EUR.many number.and number.99 currency.EUR.minor.many",
    ],
    [
        "money HKD 1.00",
        "one Hong Kong dollar",
        "number.1 currency.HKD.one",
    ],
    [
        "money HKD 200.00",
        "two hundred Hong Kong dollars",
        "number.200 currency.HKD.many",
    ],
];

#[test]
fn english_money_has_one_or_many_units() {
    check(Language::English, MONEY);
}

/// Value, words, fragments.
const DATES_AND_TIMES: &[[&str; 3]] = &[
    ["date 2026-01-01", "January first", "month.1 ordinal.1"],
    ["date 2026-02-02", "February second", "month.2 ordinal.2"],
    [
        "date 2028-02-29",
        "February twenty-ninth",
        "month.2 ordinal.29",
    ],
    ["date 2026-05-12", "May twelfth", "month.5 ordinal.12"],
    ["date 2026-08-20", "August twentieth", "month.8 ordinal.20"],
    [
        "date 2026-11-21",
        "November twenty-first",
        "month.11 ordinal.21",
    ],
    [
        "date 2026-12-31",
        "December thirty-first",
        "month.12 ordinal.31",
    ],
    [
        "date 2026-09-30",
        "September thirtieth",
        "month.9 ordinal.30",
    ],
    ["time 00:00", "midnight", "time.midnight"],
    [
        "time 00:05",
        "twelve oh five a m",
        "number.12 number.oh number.5 time.am",
    ],
    ["time 01:00", "one a m", "number.1 time.am"],
    [
        "time 09:30",
        "nine thirty a m",
        "number.9 number.30 time.am",
    ],
    [
        "time 11:59",
        "eleven fifty-nine a m",
        "number.11 number.59 time.am",
    ],
    ["time 12:00", "noon", "time.noon"],
    [
        "time 12:01",
        "twelve oh one p m",
        "number.12 number.oh number.1 time.pm",
    ],
    ["time 14:00", "two p m", "number.2 time.pm"],
    [
        "time 14:05",
        "two oh five p m",
        "number.2 number.oh number.5 time.pm",
    ],
    ["time 14:30", "two thirty p m", "number.2 number.30 time.pm"],
    [
        "time 23:59",
        "eleven fifty-nine p m",
        "number.11 number.59 time.pm",
    ],
    [
        "moment 2026-11-21T14:30",
        "November twenty-first, two thirty p m",
        "month.11 ordinal.21 _ number.2 number.30 time.pm",
    ],
    [
        "moment 2026-03-03T12:00",
        "March third, noon",
        "month.3 ordinal.3 _ time.noon",
    ],
];

#[test]
fn english_dates_and_times_are_said_the_american_way() {
    check(Language::English, DATES_AND_TIMES);
}

/// Value, words, fragments.
const SPANS: &[[&str; 3]] = &[
    ["span 0", "zero minutes", "number.0 unit.minute.many"],
    ["span 5", "one minute", "number.1 unit.minute.one"],
    ["span 60", "one minute", "number.1 unit.minute.one"],
    ["span 300", "five minutes", "number.5 unit.minute.many"],
    ["span 3600", "one hour", "number.1 unit.hour.one"],
    [
        "span 3900",
        "one hour and five minutes",
        "number.1 unit.hour.one number.and number.5 unit.minute.many",
    ],
    ["span 7200", "two hours", "number.2 unit.hour.many"],
    ["span 86400", "one day", "number.1 unit.day.one"],
    [
        "span 97200",
        "one day and three hours",
        "number.1 unit.day.one number.and number.3 unit.hour.many",
    ],
    ["span 172800", "two days", "number.2 unit.day.many"],
];

#[test]
fn english_spans_name_their_two_largest_units() {
    check(Language::English, SPANS);
}

/// Value, words, fragments.
const DIGITS: &[[&str; 3]] = &[
    ["digits 0", "zero", "digit.0"],
    ["digits 110", "one one zero", "digit.1 digit.1 digit.0"],
    [
        "digits CA1831",
        "C A one eight three one",
        "letter.C letter.A digit.1 digit.8 digit.3 digit.1",
    ],
    ["digits ca7", "C A seven", "letter.C letter.A digit.7"],
    [
        "digits 12-34",
        "one two, three four",
        "digit.1 digit.2 _ digit.3 digit.4",
    ],
    ["digits -1 - 2-", "one, two", "digit.1 _ digit.2"],
    ["digits #", "", ""],
];

#[test]
fn english_digits_are_spelled() {
    check(Language::English, DIGITS);
}
