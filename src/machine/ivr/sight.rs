//! What the expressions of a dialplan see: the call as it stands.

use jiff::tz::TimeZone;

use crate::machine::calendar::Standing;
use crate::machine::expression::environment::Values;
use crate::machine::ivr::journey::Journey;
use crate::machine::ivr::reading::naming::CUSTOMER;
use crate::machine::ivr::reading::naming::HOURS;
use crate::machine::ivr::reading::naming::ORDER;
use crate::machine::ivr::variable;
use crate::machine::ivr::variable::ARGS;
use crate::machine::ivr::variable::VARS;
use crate::machine::ivr::world::WalkWorld;
use crate::machine::prediction::order::Customer;
use crate::machine::prediction::order::Order;
use crate::vocabulary::decimal::Decimal;
use crate::vocabulary::value::Value;

/// A call as its expressions see it.
#[derive(Clone, Copy, Debug)]
pub struct CallSight<'s> {
    /// The call.
    pub journey: &'s Journey,
    /// The moment, and what the call's release holds.
    pub world: WalkWorld<'s>,
}

impl CallSight<'_> {
    /// The order that the call is about: that of the chosen question, else the newest.
    fn order(&self) -> Option<&Order> {
        let chosen = self.journey.chosen.as_ref();
        let chosen = chosen.and_then(|chosen| self.journey.order(chosen.order.as_deref()?));
        let customer = self.journey.customer.as_ref();
        chosen.or_else(|| customer.and_then(|customer| customer.orders.first()))
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        let nobody = Customer::default();
        let customer = self.journey.customer.as_ref().unwrap_or(&nobody);
        let asking = self.world.asking(customer, self.journey.language);
        let situation = self.world.bank.situation(self.order(), asking);
        Values::value(&situation, name)
    }

    fn is_open(&self, hours: &str) -> Option<Value> {
        let calendar = self.journey.script.hours.get(hours)?;
        let standing = calendar.standing(self.world.turn.wall, self.world.zone);
        Some(Value::Bool(standing == Standing::Open))
    }
}

impl Values for CallSight<'_> {
    fn value(&self, name: &str) -> Option<Value> {
        let journey = self.journey;
        let text = |text: &str| Some(Value::Text(text.to_owned())).filter(|_| !text.is_empty());
        match name {
            "now" => Some(Value::Moment(self.world.turn.wall)),
            "today" => {
                let shown = self.world.turn.wall.civil(self.world.zone);
                Some(Value::Date(shown.date()))
            }
            "language" => text(journey.language.tag()),
            "called" => Some(Value::Text(journey.caller.called.clone())),
            "verified" => Some(Value::Bool(journey.verified)),
            "question" => text(&journey.chosen.as_ref()?.question),
            "caller.number" => text(&journey.caller.number.as_ref()?.to_string()),
            "caller.name" => text(&journey.customer.as_ref()?.name),
            "caller.orders" => {
                let orders = journey.customer.as_ref().map_or(0, |one| one.orders.len());
                let orders = i64::try_from(orders).unwrap_or(i64::MAX);
                Some(Value::Number(Decimal::whole(orders)))
            }
            _ if name.starts_with(VARS) || name.starts_with(ARGS) => journey
                .kept
                .get(&variable::key(journey.step_name(), name))
                .cloned(),
            _ if name.starts_with(ORDER) || name.starts_with(CUSTOMER) => self.attribute(name),
            _ => self.is_open(name.strip_prefix(HOURS)?),
        }
    }

    fn zone(&self) -> &TimeZone {
        self.world.zone
    }
}
