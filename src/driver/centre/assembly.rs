//! From the configuration to the parts of a centre.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use crate::call::centre::Centre;
use crate::call::centre::MediaAddress;
use crate::call::switchboard::Parts;
use crate::driver::centre::material::MaterialError;
use crate::driver::config::password;
use crate::driver::config::reading::Config;
use crate::driver::journal::recovery::Recovered;
use crate::machine::acd::engine::Engine;
use crate::machine::sip::config::Secrets;
use crate::machine::sip::config::UaConfig;
use crate::machine::sip::user_agent::UserAgent;
use crate::vocabulary::chance::Chance;
use crate::vocabulary::flow::Transport;
use crate::vocabulary::id::Mint;
use crate::vocabulary::phone_number::NumberPlan;
use crate::vocabulary::phone_number::PlanError;
use crate::wire::sip::digest::Algorithm;
use crate::wire::sip::digest::Secret;

/// Calls at once; one more gets 503.
const CALLS_MAX: usize = 10_000;
/// When a caller who is refused for want of room may try again.
const RETRY_AFTER: Duration = Duration::from_secs(10);
/// A call that should be over lets go within this, or is dropped with an alarm: longer than every
/// transaction lasts (RFC 3261 section 17.1.1.2).
const ENDING_MAX: Duration = Duration::from_secs(40);
/// Where the user agent's own legs begin to count; the switchboard counts from the bottom.
const UA_LEGS_FROM: u64 = 1 << 47;

/// Why a centre cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum AssemblyError {
    /// What the first release is made of.
    #[error(transparent)]
    Material(#[from] MaterialError),
    /// The numbering plan.
    #[error("[numbers]: {0}")]
    Numbers(#[from] PlanError),
    /// The data folder.
    #[error("cannot make {path}: {cause}")]
    DataDir {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
}

/// What all calls share, as this configuration says. Makes the data folder.
///
/// # Errors
///
/// [`AssemblyError`], in words for the person who wrote it.
pub fn centre(config: &Config) -> Result<Centre, AssemblyError> {
    let settings = &config.settings;
    let data_dir = &settings.data_dir;
    let cause = |cause| AssemblyError::DataDir {
        path: data_dir.clone(),
        cause,
    };
    fs::create_dir_all(data_dir).map_err(cause)?;
    Ok(Centre {
        numbers: NumberPlan::new(&settings.numbers.country.0, &settings.numbers.area.0)?,
        languages: settings.centre.languages.clone(),
        zone: settings.centre.zone.0.clone(),
        media: MediaAddress {
            address: settings.media.address,
            advertise: settings.media.advertise,
            local_nets: settings.sip.local_nets.iter().map(|net| net.0).collect(),
        },
        calls_max: CALLS_MAX,
        retry_after: RETRY_AFTER,
        callback: settings.callback.0,
        health: settings.health.0,
        ending_max: ENDING_MAX,
    })
}

/// The machines of a centre that listens at these addresses.
#[must_use]
pub fn parts(
    config: &Config,
    bound: &[(Transport, SocketAddr)],
    recovered: Recovered,
    chance: &mut Chance,
) -> Parts {
    let ua = UserAgent::new(
        ua_config(config, bound, chance),
        chance.fork(),
        Mint::new(0, 0, UA_LEGS_FROM),
    );
    let catalog = &config.catalog;
    Parts {
        ua,
        acd: Engine::new(catalog.seat_setups(), catalog.queue_setups()),
        models: recovered.models,
        mint: Mint::new(0, 0, recovered.calls + 1),
        first_seq: recovered.next_seq,
    }
}

fn ua_config(config: &Config, bound: &[(Transport, SocketAddr)], chance: &mut Chance) -> UaConfig {
    let sip = &config.settings.sip;
    let mut ua = UaConfig::closed(&sip.realm);
    ua.md5 = sip.md5;
    ua.users = users(&config.secrets, &sip.realm, chance);
    ua.allow = sip.allow.iter().map(|net| net.0).collect();
    ua.trunks = config
        .settings
        .trunk
        .iter()
        .flat_map(|t| &t.hosts)
        .map(|net| net.0)
        .collect();
    ua.local_nets = sip.local_nets.iter().map(|net| net.0).collect();
    ua.watch_every = Duration::from_secs(sip.watch_s.0.into());
    ua.name = format!("Ringwise/{}", env!("CARGO_PKG_VERSION"));
    if !sip.advertise.is_empty() {
        let told = |address: &SocketAddr| format!("{}:{}", sip.advertise, address.port());
        ua.advertise = bound
            .iter()
            .map(|(_, address)| (*address, told(address)))
            .collect();
    }
    ua
}

/// How each seat proves itself. A hash that the configuration lacks is one that nobody knows.
#[must_use]
pub fn users(
    secrets: &BTreeMap<String, password::Secret>,
    realm: &str,
    chance: &mut Chance,
) -> BTreeMap<String, Secrets> {
    let mut users = BTreeMap::new();
    for (id, secret) in secrets {
        let secrets = match secret {
            password::Secret::Password(password) => Secrets::of(id, realm, password),
            password::Secret::Ha1(ha1) => {
                let unknown = Secrets::of(id, realm, &chance.token());
                let given = |algorithm, text: &Option<String>| {
                    text.as_ref()
                        .and_then(|text| Secret::from_ha1(algorithm, text))
                };
                Secrets {
                    md5: given(Algorithm::Md5, &ha1.md5).unwrap_or(unknown.md5),
                    sha256: given(Algorithm::Sha256, &ha1.sha256).unwrap_or(unknown.sha256),
                }
            }
        };
        users.insert(id.clone(), secrets);
    }
    users
}

/// Where the journal of this data folder is.
#[must_use]
pub fn database(data_dir: &Path) -> PathBuf {
    data_dir.join("ringwise.db")
}
