//! The configuration and the empty files with which imported dialplans can be run at once.

use crate::machine::import::staff::Staff;
use crate::vocabulary::language::Language;

/// The first line of a file of orders: the columns that are always there.
pub const ORDERS: &str = "customer_id,name,phones,order_id,product,state\n";

/// What another system's files do not say of the centre.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ground {
    /// The folder that all this is written to, as the person who starts the centre sees it.
    pub folder: String,
    /// The language of the sounds.
    pub language: Language,
    /// The zone of clock times, by its name.
    pub zone: String,
    /// Whose rules complete national numbers, ISO 3166.
    pub country: String,
    /// What completes local numbers; may be empty.
    pub area: String,
}

/// A configuration with these queues and seats.
#[must_use]
pub fn written(ground: &Ground, staff: &Staff) -> String {
    let Ground {
        language,
        zone,
        country,
        area,
        ..
    } = ground;
    let path = |name: &str| text(&format!("{}/{name}", ground.folder));
    let (data, dialplans, banks) = (path("data"), path("dialplans"), path("banks"));
    let orders = text(&format!("csv:{}/orders.csv", ground.folder));
    format!(
        "# Queues and seats, as imported. Every key that is not here has its default; folders are\n\
         # seen from where `ringwise serve` is started.\n\
         data_dir = {data}\n\n\
         [centre]\nzone = {}\nlanguages = [\"{language}\"]\n\n\
         # Whose rules complete the numbers of callers; area = \"\": local numbers are left as they are.\n\
         [numbers]\ncountry = {}\narea = {}\n\n\
         [dialplans]\ndir = {dialplans}\n\n\
         [banks]\ndir = {banks}\n\n\
         # No customers yet: only the names of the columns.\n\
         [orders]\nsource = {orders}\n\n\
         # Says the words that stand in for sounds, until yours are recorded.\n\
         [prompts]\ncommand = \"espeak-ng -v {{language}} --stdin --stdout\"\n{}",
        text(zone),
        text(country),
        text(area),
        staff.written()
    )
}

/// A text as TOML writes it.
fn text(plain: &str) -> String {
    let kept = plain.chars().filter(|c| !c.is_control());
    let kept: String = kept.collect();
    format!("\"{}\"", kept.replace('\\', "\\\\").replace('"', "\\\""))
}
