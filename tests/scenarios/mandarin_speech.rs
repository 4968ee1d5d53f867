//! Mandarin values become the words and recordings that a person would use.

use ringwise::machine::speech::composition::compose;
use ringwise::machine::speech::composition::to_text;
use ringwise::machine::speech::spoken::Spoken;
use ringwise::vocabulary::language::Language;

use crate::spoken_table::book;
use crate::spoken_table::check;
use crate::spoken_table::ids;

/// Value, words, fragments.
const NUMBERS: &[[&str; 3]] = &[
    ["number 0", "零", "number.0"],
    ["number 1", "一", "number.1"],
    ["number 2", "二", "number.2"],
    ["number 10", "十", "number.10"],
    ["number 12", "十二", "number.12"],
    ["number 20", "二十", "number.20"],
    ["number 22", "二十二", "number.22"],
    ["number 99", "九十九", "number.99"],
    ["number 100", "一百", "number.100"],
    ["number 101", "一百零一", "number.100 number.zero number.1"],
    ["number 102", "一百零二", "number.100 number.zero number.2"],
    ["number 110", "一百一十", "number.100 number.1 number.10"],
    ["number 112", "一百一十二", "number.100 number.1 number.12"],
    ["number 120", "一百二十", "number.100 number.20"],
    ["number 200", "两百", "number.liang number.hundred"],
    ["number 345", "三百四十五", "number.300 number.45"],
    ["number 1000", "一千", "number.1000"],
    [
        "number 1001",
        "一千零一",
        "number.1000 number.zero number.1",
    ],
    [
        "number 1010",
        "一千零一十",
        "number.1000 number.zero number.1 number.10",
    ],
    ["number 1100", "一千一百", "number.1000 number.100"],
    ["number 2000", "两千", "number.2000"],
    [
        "number 2026",
        "两千零二十六",
        "number.2000 number.zero number.26",
    ],
    [
        "number 2222",
        "两千两百二十二",
        "number.2000 number.liang number.hundred number.22",
    ],
    ["number 10000", "一万", "number.1 number.wan"],
    [
        "number 10001",
        "一万零一",
        "number.1 number.wan number.zero number.1",
    ],
    [
        "number 10012",
        "一万零一十二",
        "number.1 number.wan number.zero number.1 number.12",
    ],
    [
        "number 11000",
        "一万一千",
        "number.1 number.wan number.1000",
    ],
    ["number 20000", "两万", "number.liang number.wan"],
    ["number 120000", "十二万", "number.12 number.wan"],
    [
        "number 100300",
        "十万零三百",
        "number.10 number.wan number.zero number.300",
    ],
    ["number 1000000", "一百万", "number.100 number.wan"],
    [
        "number 10020000",
        "一千零二万",
        "number.1000 number.zero number.2 number.wan",
    ],
    ["number 100000000", "一亿", "number.1 number.yi"],
    ["number 200000000", "两亿", "number.liang number.yi"],
    ["number 1000000000", "十亿", "number.10 number.yi"],
    [
        "number 100000001",
        "一亿零一",
        "number.1 number.yi number.zero number.1",
    ],
    [
        "number 100120000",
        "一亿零一十二万",
        "number.1 number.yi number.zero number.1 number.12 number.wan",
    ],
    [
        "number 1000000000000",
        "一零零零零零零零零零零零零",
        "digit.1 digit.0 digit.0 digit.0 digit.0 digit.0 digit.0 digit.0 digit.0 \
                 digit.0 digit.0 digit.0 digit.0",
    ],
    ["number -2", "负二", "number.minus number.2"],
];

#[test]
fn mandarin_numbers_have_their_zeros_and_twos() {
    check(Language::Mandarin, NUMBERS);
}

/// Value, words, fragments.
const MONEY: &[[&str; 3]] = &[
    ["money CNY 0.00", "零元", "number.0 currency.CNY"],
    ["money CNY 0.01", "一分", "number.1 currency.CNY.fen"],
    ["money CNY 0.50", "五角", "number.5 currency.CNY.jiao"],
    ["money CNY 0.20", "两角", "number.liang currency.CNY.jiao"],
    [
        "money CNY 0.22",
        "两角二分",
        "number.liang currency.CNY.jiao number.2 currency.CNY.fen",
    ],
    ["money CNY 2.00", "两元", "number.liang currency.CNY"],
    ["money CNY 10.00", "十元", "number.10 currency.CNY"],
    [
        "money CNY 12.05",
        "十二元零五分",
        "number.12 currency.CNY number.zero number.5 currency.CNY.fen",
    ],
    [
        "money CNY 12.50",
        "十二元五角",
        "number.12 currency.CNY number.5 currency.CNY.jiao",
    ],
    [
        "money CNY 12.55",
        "十二元五角五分",
        "number.12 currency.CNY number.5 currency.CNY.jiao number.5 currency.CNY.fen",
    ],
    [
        "money CNY 845.00",
        "八百四十五元",
        "number.800 number.45 currency.CNY",
    ],
    [
        "money CNY 1002.00",
        "一千零二元",
        "number.1000 number.zero number.2 currency.CNY",
    ],
    [
        "money CNY -3.00",
        "负三元",
        "number.minus number.3 currency.CNY",
    ],
    [
        "money USD 12.05",
        "十二美元零五美分",
        "number.12 currency.USD number.zero number.5 currency.USD.minor",
    ],
    [
        "money EUR 0.02",
        "两欧分",
        "number.liang currency.EUR.minor",
    ],
    [
        "money HKD 200.00",
        "两百港元",
        "number.liang number.hundred currency.HKD",
    ],
];

#[test]
fn mandarin_money_is_said_in_yuan_jiao_and_fen() {
    check(Language::Mandarin, MONEY);
}

/// Value, words, fragments.
const DATES_AND_TIMES: &[[&str; 3]] = &[
    ["date 2026-01-01", "一月一号", "month.1 day.1"],
    ["date 2026-02-02", "二月二号", "month.2 day.2"],
    ["date 2028-02-29", "二月二十九号", "month.2 day.29"],
    ["date 2026-11-21", "十一月二十一号", "month.11 day.21"],
    ["date 2026-12-31", "十二月三十一号", "month.12 day.31"],
    [
        "time 00:00",
        "凌晨零点",
        "time.dayperiod.earlymorning number.0 time.hour",
    ],
    [
        "time 00:30",
        "凌晨零点半",
        "time.dayperiod.earlymorning number.0 time.hour time.half",
    ],
    [
        "time 02:00",
        "凌晨两点",
        "time.dayperiod.earlymorning number.liang time.hour",
    ],
    [
        "time 09:00",
        "上午九点",
        "time.dayperiod.morning number.9 time.hour",
    ],
    [
        "time 12:00",
        "中午十二点",
        "time.dayperiod.noon number.12 time.hour",
    ],
    [
        "time 12:10",
        "中午十二点十分",
        "time.dayperiod.noon number.12 time.hour number.10 time.minute",
    ],
    [
        "time 14:05",
        "下午两点零五分",
        "time.dayperiod.afternoon number.liang time.hour number.zero number.5 time.minute",
    ],
    [
        "time 14:30",
        "下午两点半",
        "time.dayperiod.afternoon number.liang time.hour time.half",
    ],
    [
        "time 14:22",
        "下午两点二十二分",
        "time.dayperiod.afternoon number.liang time.hour number.22 time.minute",
    ],
    [
        "time 18:00",
        "晚上六点",
        "time.dayperiod.evening number.6 time.hour",
    ],
    [
        "time 23:59",
        "晚上十一点五十九分",
        "time.dayperiod.evening number.11 time.hour number.59 time.minute",
    ],
    [
        "moment 2026-11-21T14:30",
        "十一月二十一号下午两点半",
        "month.11 day.21 time.dayperiod.afternoon number.liang time.hour time.half",
    ],
];

#[test]
fn mandarin_dates_and_times_name_the_part_of_the_day() {
    check(Language::Mandarin, DATES_AND_TIMES);
}

/// Value, words, fragments.
const SPANS: &[[&str; 3]] = &[
    ["span 0", "零分钟", "number.0 unit.minute"],
    ["span 120", "两分钟", "number.liang unit.minute"],
    ["span 720", "十二分钟", "number.12 unit.minute"],
    ["span 3600", "一小时", "number.1 unit.hour"],
    [
        "span 3900",
        "一小时五分钟",
        "number.1 unit.hour number.5 unit.minute",
    ],
    [
        "span 97200",
        "一天三小时",
        "number.1 unit.day number.3 unit.hour",
    ],
    ["span 172800", "两天", "number.liang unit.day"],
];

#[test]
fn mandarin_spans_name_their_two_largest_units() {
    check(Language::Mandarin, SPANS);
}

/// Value, words, fragments.
const DIGITS: &[[&str; 3]] = &[
    ["digits 110", "幺幺零", "digit.yao digit.yao digit.0"],
    ["digits 22", "二二", "digit.2 digit.2"],
    [
        "digits CA1831",
        "C A幺八三幺",
        "letter.C letter.A digit.yao digit.8 digit.3 digit.yao",
    ],
    [
        "digits 12-34",
        "幺二\u{ff0c}三四",
        "digit.yao digit.2 _ digit.3 digit.4",
    ],
];

#[test]
fn mandarin_digits_are_spelled_with_yao() {
    check(Language::Mandarin, DIGITS);
}

#[test]
fn a_lone_two_is_liang_before_what_it_counts() {
    let said = |before: &str, number, after: &str| {
        let speech = [
            Spoken::Text(before.to_owned()),
            Spoken::Number(number),
            Spoken::Text(after.to_owned()),
        ];
        let fragments = compose(&book(), Language::Mandarin, &speech);
        (to_text(Language::Mandarin, &speech), ids(&fragments))
    };
    let (text, fragments) = said("您有", 2, "个订单。");
    assert_eq!(text, "您有两个订单。");
    assert_eq!(
        fragments,
        "unrecorded(您有) number.liang unrecorded(个订单。)"
    );
    assert_eq!(said("您有", 12, "个订单").0, "您有十二个订单");
    let (text, fragments) = said("您当前排在第", 2, "位。");
    assert_eq!(text, "您当前排在第二位。");
    assert_eq!(
        fragments,
        "sys.queue.position.before number.2 sys.queue.position.after"
    );
    assert_eq!(said("请按", 2, "").0, "请按二");
}
