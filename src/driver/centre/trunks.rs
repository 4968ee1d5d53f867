//! From the configuration to the trunks that calls may leave over.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::call::permit::Permit;
use crate::call::permit::TrunkSetup;
use crate::driver::config::settings::Settings;
use crate::driver::config::trunk_out::TrunkLogin;
use crate::driver::config::trunk_out::TrunkPassword;
use crate::driver::sip::socket;
use crate::machine::sip::surface::Account;
use crate::machine::trunk::gate::TrunkRules;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::flow::Transport;

/// Why a trunk cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TrunkError {
    /// Its password.
    #[error("trunk {trunk}: cannot read {path}: {cause}")]
    Password {
        /// Which trunk.
        trunk: String,
        /// Where the password should be.
        path: PathBuf,
        /// Why it is not.
        cause: io::Error,
    },
    /// We listen on no address from which it could be reached.
    #[error("trunk {trunk}: calls to {to} need a UDP address of the same kind under [sip] listen")]
    NoAddress {
        /// Which trunk.
        trunk: String,
        /// Where its calls go.
        to: SocketAddr,
    },
}

/// The trunks that calls may leave over, in the order of the file, for a centre that listens at
/// these addresses.
///
/// # Errors
///
/// [`TrunkError`], in words for the person who wrote it.
pub fn trunks(
    settings: &Settings,
    bound: &[(Transport, SocketAddr)],
) -> Result<Vec<TrunkSetup>, TrunkError> {
    let mut setups = Vec::new();
    for trunk in &settings.trunk {
        let Some(out) = &trunk.out else {
            continue;
        };
        let mut udp = bound.iter().filter(|(transport, address)| {
            *transport == Transport::Udp && address.is_ipv4() == out.to.is_ipv4()
        });
        let local = udp.next().ok_or_else(|| TrunkError::NoAddress {
            trunk: trunk.name.clone(),
            to: out.to,
        })?;
        let flow = Flow {
            transport: Transport::Udp,
            local: socket::local_towards(local.1, out.to),
            remote: out.to,
        };
        let login = out.login.as_ref();
        let account = login.map(|login| account(&trunk.name, login, flow));
        setups.push(TrunkSetup {
            rules: TrunkRules {
                name: trunk.name.clone(),
                destinations: out.destinations.clone(),
                calls_max: out.calls_max,
                per_minute: out.per_minute,
                per_hour: out.per_hour,
            },
            permit: Permit {
                flow,
                host: out.to.to_string(),
                from: out.from.clone(),
                account: account.transpose()?,
            },
        });
    }
    Ok(setups)
}

fn account(trunk: &str, login: &TrunkLogin, flow: Flow) -> Result<Account, TrunkError> {
    let password = match &login.password {
        TrunkPassword::Here(password) => password.0.clone(),
        TrunkPassword::File(path) => {
            let text = fs::read_to_string(path).map_err(|cause| TrunkError::Password {
                trunk: trunk.to_owned(),
                path: path.clone(),
                cause,
            })?;
            text.lines()
                .next()
                .unwrap_or_default()
                .trim_end()
                .to_owned()
        }
    };
    Ok(Account {
        user: login.user.clone(),
        password,
        realm: login.realm.clone(),
        flow,
        expires_s: 0,
    })
}
