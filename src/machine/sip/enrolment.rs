//! The phone's side of REGISTER: registering, answering the challenge, refreshing.

use std::time::Duration;

use crate::machine::sip::account::Phone;
use crate::machine::sip::calling::Challenged;
use crate::machine::sip::client_table::Purpose;
use crate::machine::sip::dialog::Dialog;
use crate::machine::sip::surface::Account;
use crate::machine::sip::surface::Status;
use crate::machine::sip::surface::UaEvent;
use crate::machine::sip::user_agent::Alarm;
use crate::machine::sip::user_agent::UserAgent;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::time::Now;
use crate::wire::sip::header::HeaderName;
use crate::wire::sip::header::HeaderValue;
use crate::wire::sip::headers::Contacts;
use crate::wire::sip::headers::Headers;
use crate::wire::sip::method::Method;
use crate::wire::sip::name_addr::NameAddr;
use crate::wire::sip::uri::Uri;

/// A challenge is answered once, and once more if only its nonce was old.
const CHALLENGES_MAX: u8 = 2;
/// A failed registration is tried again after this long.
const RETRY: Duration = Duration::from_secs(30);

impl UserAgent {
    /// [`crate::machine::sip::surface::UaCommand::Register`]. The registrar's address is its
    /// domain.
    pub(super) fn enroll(&mut self, account: Account, now: Now) {
        let user = account.user.clone();
        if let Some(phone) = self.phones.get_mut(&user) {
            phone.account = account;
            phone.answered = 0;
        } else if let Some(phone) = self.new_phone(account) {
            self.phones.insert(user.clone(), phone);
        } else {
            let status = Status(400);
            self.report(UaEvent::AccountAnswered { user, status });
            return;
        }
        self.send_register(&user, None, now);
    }

    fn new_phone(&mut self, account: Account) -> Option<Phone> {
        let remote = account.flow.remote;
        let host = remote.ip().to_string();
        let address = Uri::sip(Some(&account.user), &host, None).ok()?;
        let registrar = Uri::sip(None, &host, Some(remote.port())).ok()?;
        let local = NameAddr::new(address.clone()).with_tag(&self.token());
        let dialog = Dialog::uac(self.token(), local, registrar);
        Some(Phone {
            dialog: dialog.to_self(address),
            instance: self.uuid(),
            account,
            answered: 0,
            again: None,
        })
    }

    fn uuid(&mut self) -> String {
        let (high, low) = (self.chance.bits(), self.chance.bits());
        format!(
            "urn:uuid:{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            low >> 52,
            low & 0xffff_ffff_ffff
        )
    }

    fn send_register(&mut self, user: &str, proof: Option<(HeaderName, HeaderValue)>, now: Now) {
        let Some(phone) = self.phones.get_mut(user) else {
            return;
        };
        phone.again = None;
        let flow = phone.account.flow;
        let expires_s = phone.account.expires_s;
        let instance = phone.instance.clone();
        let request = phone.dialog.request(Method::Register);
        let contact = self.contact_of(user, &flow).text().into_owned();
        let contact = format!("{contact};+sip.instance=\"<{instance}>\"");
        let mut request = request
            .with(HeaderName::Contact, HeaderValue::stripped(contact))
            .with(
                HeaderName::Expires,
                HeaderValue::stripped(expires_s.to_string()),
            );
        if let Some((name, value)) = proof {
            request.headers.push(name, value);
        }
        self.send(flow, request, Purpose::Register(user.to_owned()), now);
    }

    /// Our REGISTER ended.
    pub(super) fn enrolled(
        &mut self,
        user: &str,
        status: u16,
        headers: Option<&Headers>,
        now: Now,
    ) {
        let Some(phone) = self.phones.get_mut(user) else {
            return;
        };
        let tries = phone.answered;
        if status == 423 && tries < CHALLENGES_MAX && lengthen(&mut phone.account, headers) {
            phone.answered += 1;
            self.send_register(user, None, now);
            return;
        }
        if let Some(headers) = headers
            && tries < CHALLENGES_MAX
        {
            phone.answered += 1;
            let account = phone.account.clone();
            let uri = phone.dialog.target().clone();
            let challenged = Challenged {
                account: &account,
                status,
                headers,
                tries,
            };
            let proof = self.prove(&Method::Register, &uri, challenged);
            if proof.is_some() {
                self.send_register(user, proof, now);
                return;
            }
        }
        self.settle_phone(user, status, headers, now);
        let user = user.to_owned();
        let status = Status(status);
        self.report(UaEvent::AccountAnswered { user, status });
    }

    /// Refresh before the end; after a failure other than a refusal, try again.
    fn settle_phone(&mut self, user: &str, status: u16, headers: Option<&Headers>, now: Now) {
        let Some(phone) = self.phones.get_mut(user) else {
            return;
        };
        phone.answered = 0;
        phone.again = match status {
            200..300 if phone.account.expires_s == 0 => None,
            200..300 => {
                let asked_s = phone.account.expires_s;
                let granted_s = headers.and_then(|headers| granted_s(headers, &phone.instance));
                let granted = Duration::from_secs(u64::from(granted_s.unwrap_or(asked_s)));
                Some(now + granted.saturating_sub(RETRY).max(granted / 2))
            }
            401 | 403 | 407 => None,
            _ => Some(now + RETRY),
        };
        let at = phone.again;
        self.wake(at, Alarm::Phone(user.to_owned()));
    }

    /// The connection of these phones is closed: they register again.
    pub(super) fn reconnect_phones(&mut self, flow: Flow, now: Now) {
        let again = now + RETRY;
        let mut lost = Vec::new();
        for (user, phone) in &mut self.phones {
            if phone.account.flow == flow && phone.again.is_some() {
                phone.again = Some(again);
                lost.push(user.clone());
            }
        }
        for user in lost {
            self.wake(Some(again), Alarm::Phone(user));
        }
    }

    pub(super) fn wake_phone(&mut self, user: &str, now: Now) {
        let phone = self.phones.get(user);
        let due = phone.and_then(|phone| phone.again);
        if due.is_some_and(|at| at <= now) {
            self.send_register(user, None, now);
        }
    }
}

/// Asks for as long as the registrar wants at least (RFC 3261 section 10.2.8).
fn lengthen(account: &mut Account, headers: Option<&Headers>) -> bool {
    let min_s = headers.and_then(|headers| {
        let min_s = headers.number(&HeaderName::MinExpires, u32::MAX);
        min_s.ok().flatten()
    });
    match min_s {
        Some(min_s) if min_s > account.expires_s => {
            account.expires_s = min_s;
            true
        }
        Some(_) | None => false,
    }
}

/// How long the registrar keeps our own binding.
fn granted_s(headers: &Headers, instance: &str) -> Option<u32> {
    let Ok(Contacts::List(list)) = headers.contacts() else {
        return None;
    };
    let ours = list.iter().find(|contact| {
        let named = contact.params.get("+sip.instance");
        named.is_some_and(|named| named.contains(instance))
    });
    let expires = ours?.params.get("expires");
    expires
        .and_then(|text| text.parse().ok())
        .or_else(|| headers.expires_s().ok().flatten())
}
